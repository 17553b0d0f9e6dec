package assets_test

import (
	"bytes"
	"encoding/binary"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"suanpan/assets"
)

// The sounds are made here: go test ./assets -run Sounds -sounds writes them, and without the flag the test holds that the
// files are what these lines say.
var writeSounds = flag.Bool("sounds", false, "write the sounds")

const rate = 22050 // samples a second

// tone is one note; Rough adds a fifth below, which makes a refusal sound wrong at once.
type tone struct {
	hertz, seconds float64
	rough          bool
}

// sounds differ in number, height and direction of their notes, so that they are told apart in a noisy shop and by people
// who do not hear high notes well (N26).
var sounds = map[string][]tone{
	"line":      {{hertz: 1760, seconds: 0.05}},
	"unknown":   {{hertz: 440, seconds: 0.11, rough: true}, {seconds: 0.05}, {hertz: 440, seconds: 0.11, rough: true}},
	"approved":  {{hertz: 784, seconds: 0.09}, {hertz: 1046.5, seconds: 0.09}, {hertz: 1318.5, seconds: 0.16}},
	"refused":   {{hertz: 392, seconds: 0.16, rough: true}, {hertz: 262, seconds: 0.3, rough: true}},
	"attention": {{hertz: 988, seconds: 0.12}, {seconds: 0.06}, {hertz: 988, seconds: 0.12}, {seconds: 0.06}, {hertz: 988, seconds: 0.12}},
}

func TestSoundsAreWhatTheirScoreSays(t *testing.T) {
	for name, score := range sounds {
		want := wav(score)
		if *writeSounds {
			if err := os.WriteFile(filepath.Join("sounds", name+".wav"), want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !bytes.Equal(assets.Sound(name), want) {
			t.Errorf("%s differs from its score; run go test ./assets -run Sounds -sounds", name)
		}
	}
	if assets.Sound("nothing") != nil {
		t.Error("a sound that is not there must be nil")
	}
}

// wav returns mono PCM of 16 bits with soft edges, so that nothing clicks.
func wav(score []tone) []byte {
	var pcm bytes.Buffer
	for _, n := range score {
		count := int(n.seconds * rate)
		for i := range count {
			at := float64(i) / rate
			edge := min(1, float64(i)/(0.006*rate), float64(count-i)/(0.02*rate))
			v := 0.0
			if n.hertz > 0 {
				v = math.Sin(2*math.Pi*n.hertz*at) + 0.25*math.Sin(4*math.Pi*n.hertz*at)
			}
			if n.rough {
				v += 0.8 * math.Sin(2*math.Pi*n.hertz*2/3*at)
			}
			// Rounded to 8 steps, so that another processor's last bit of a sine cannot change the file.
			sample := int16(math.Round(v*edge*9000/8) * 8)
			pcm.Write(binary.LittleEndian.AppendUint16(nil, uint16(sample)))
		}
	}
	var out bytes.Buffer
	put := func(v any) {
		if err := binary.Write(&out, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	out.WriteString("RIFF")
	put(uint32(36 + pcm.Len()))
	out.WriteString("WAVEfmt ")
	put(uint32(16))
	put([]uint16{1, 1})
	put([]uint32{rate, rate * 2})
	put([]uint16{2, 16})
	out.WriteString("data")
	put(uint32(pcm.Len()))
	out.Write(pcm.Bytes())
	return out.Bytes()
}
