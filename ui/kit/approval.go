package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Approval asks a second person for number and PIN: for one act, on the cashier's screen, without signing the cashier off.
type Approval struct {
	widget.BaseWidget
	Body
	// Leave is called when it is given up.
	Leave func()

	title, act string
	env        Env
	staff      *Field
	pin        *PINPad
}

// NewApproval returns the panel. title and act are words; submitted gets what was typed and answers through Wrong or by
// taking the panel away.
func NewApproval(env Env, title, act string, submitted func(staff, pin string)) *Approval {
	a := &Approval{env: env, title: title, act: act}
	a.staff = NewField(env.Keys, env.Words("approve.staff"))
	a.pin = NewPINPad(env.Keys, env.Words("approve.ok"), func(pin string) { submitted(a.staff.Text, pin) })
	a.staff.Submitted = func(string) { a.pin.Focus() }
	a.ExtendBaseWidget(a)
	return a
}

// Focus puts the cursor where the number belongs.
func (a *Approval) Focus() { a.staff.Focus() }

// Wrong shows why it was not taken, and waits for another PIN.
func (a *Approval) Wrong(text string) { a.pin.Wrong(text); a.pin.Focus() }

// CreateRenderer implements fyne.Widget.
func (a *Approval) CreateRenderer() fyne.WidgetRenderer {
	a.ExtendBaseWidget(a)
	back := NewButton(a.env.Keys, Plain, a.env.Words("approve.cancel"), func() {
		if a.Leave != nil {
			a.Leave()
		}
	}).Hint(a.env.Keys.Hint(Back))
	act := NewText(a.act, SizeBody, Muted)
	act.Fit = Clip
	who := container.NewBorder(container.NewVBox(Heading(a.title), act, a.staff), back, nil, nil, nil)
	body := container.New(Columns{Shares: []float32{1, 1}}, who, a.pin)
	return a.Render(&fyne.Container{Layout: stacked{}, Objects: []fyne.CanvasObject{Surfaced(body)}})
}

// stacked gives its objects all the room.
type stacked struct{}

func (stacked) MinSize(objects []fyne.CanvasObject) fyne.Size { return objects[0].MinSize() }

func (stacked) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
