#!/bin/sh
# Makes regular.otf and bold.otf, the two faces of Suanpan, from the distribution's Noto Sans CJK.
#
#   sudo apt-get install fonts-noto-cjk fonttools
#   sh assets/fonts.sh
#
# Face 2 of each collection is Simplified Chinese. Regular holds every Han character of the face, because people have names
# (䶮 㛃 𬭎 are in no GBK table). Bold is for our own words and for digits: GB2312, the common half of Big5, and whatever
# assets/lang says, so that a new word seldom needs a new file.
# The same packages give the same bytes each time; assets/LICENSES.md names their versions.
set -eu
cd "$(dirname "$0")"
noto=${NOTO:-/usr/share/fonts/opentype/noto}
common=U+0020-024F,U+2000-2BFF,U+3000-30FF,U+FF00-FFEF

# subset FACE OUTPUT SELECTION...: no hinting and no vertical metrics, a till sets horizontal text on a pixel grid of its own.
subset() {
	face=$1 out=$2
	shift 2
	pyftsubset "$face" --font-number=2 "$@" --output-file="$out" --no-hinting \
		--layout-features=kern,ccmp,locl,mark,mkmk --drop-tables+=vhea,vmtx,VORG,DSIG,BASE \
		--name-IDs=0,1,2,3,4,5,6,7,13,14 --no-recalc-timestamp
}

words=$(mktemp)
trap 'rm -f "$words"' EXIT
python3 - "$words" <<'PY'
import glob, sys
text = "".join(bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
text += "".join(bytes([a, b]).decode("big5", "ignore") for a in range(0xA4, 0xC7) for b in range(0x40, 0xFF))
for name in sorted(glob.glob("lang/*.json")):
    text += open(name, encoding="utf-8").read()
open(sys.argv[1], "w", encoding="utf-8").write(text)
PY

subset "$noto/NotoSansCJK-Regular.ttc" fonts/regular.otf --unicodes="$common,U+3400-4DBF,U+4E00-9FFF,U+F900-FAFF,U+20000-323AF"
subset "$noto/NotoSansCJK-Bold.ttc" fonts/bold.otf --unicodes="$common" --text-file="$words"
ls -l fonts/*.otf
