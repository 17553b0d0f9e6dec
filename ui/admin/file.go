package admin

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"

	"suanpan/app/catalog"
	"suanpan/ui/kit"
)

// file is a path that is typed, dropped onto the window, or chosen from a list of the folder that it names.
type file struct {
	env     kit.Env
	box     *fyne.Container
	field   *kit.Field
	rows    *kit.Rows
	changed func(path string)
	takes   []string // endings of names; tables where nil
}

// newFile returns the choice of a table. folder is where a person begins to look.
func newFile(env kit.Env, folder string, changed func(path string)) *file {
	f := &file{env: env, field: kit.NewField(env.Keys, env.Words("admin.import_file")), changed: changed}
	f.field.Changed = f.told
	f.field.Submitted = f.told
	f.rows = kit.NewRows(env.Keys, []kit.Column{{Title: env.Words("admin.file_name"), Share: 1}})
	f.rows.OnSelect = f.enter
	f.box = container.NewBorder(f.field, nil, nil, nil, container.New(kit.Yield{Share: 0.5}, f.rows))
	f.list(folder)
	return f
}

// dropped takes the first file that is dropped onto the window while the choice is shown.
func (f *file) dropped(_ fyne.Position, uris []fyne.URI) {
	if len(uris) > 0 {
		f.field.SetText(uris[0].Path())
		f.told(uris[0].Path())
	}
}

func (f *file) told(path string) {
	if f.changed != nil {
		f.changed(strings.TrimSpace(path))
	}
}

// enter opens a folder or takes a file.
func (f *file) enter(path string) {
	if strings.HasSuffix(path, "/") {
		f.list(strings.TrimSuffix(path, "/"))
		return
	}
	f.field.SetText(path)
	f.told(path)
}

// list shows the folders and tables of a folder, beside the UI goroutine: a folder may lie on a slow wire.
func (f *file) list(folder string) {
	if folder == "" {
		folder = "/"
	}
	go func() {
		entries, err := storage.List(storage.NewFileURI(folder))
		records := []kit.Record{{Key: filepath.Dir(folder) + "/", Cells: []string{".. (" + folder + ")"}, Muted: true}}
		if err == nil {
			records = append(records, tables(entries, f.takes)...)
		}
		f.env.Post(func() { f.rows.SetRecords(records) })
	}()
}

// tables are the folders, then the tables among entries; what is hidden stays so.
func tables(entries []fyne.URI, takes []string) []kit.Record {
	if takes == nil {
		takes = []string{".csv", ".tsv", ".txt", ".xlsx"}
	}
	var folders, files []kit.Record
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		if slices.Contains(takes, strings.ToLower(e.Extension())) {
			files = append(files, kit.Record{Key: e.Path(), Cells: []string{name}})
			continue
		}
		if ok, err := storage.CanList(e); err == nil && ok {
			folders = append(folders, kit.Record{Key: e.Path() + "/", Cells: []string{name + "/"}})
		}
	}
	for _, list := range [][]kit.Record{folders, files} {
		sort.Slice(list, func(a, b int) bool { return list[a].Key < list[b].Key })
	}
	return append(files, folders...)
}

// formatOf is what the ending of a file's name says.
func formatOf(path string) catalog.Format {
	if strings.HasSuffix(strings.ToLower(path), ".xlsx") {
		return catalog.XLSX
	}
	return catalog.CSV
}

func reader(b []byte) io.Reader { return bytes.NewReader(b) }

// digitOf is the digit that chooses the i-th of several.
func digitOf(i int) string {
	if i > 8 {
		return ""
	}
	return strconv.Itoa(i + 1)
}

func able(w fyne.Disableable, on bool) {
	if on {
		w.Enable()
	} else {
		w.Disable()
	}
}
