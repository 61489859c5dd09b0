#!/bin/sh
# Makes the files of every exporter in Python environments of their own (all kept in .cache/real-files, some 15 GB), and writes
# docs/real-files.md from them. Files that are there already are kept: remove .cache/real-files/models to make them anew.
set -eu
cd "$(dirname "$0")/../../.."
here=test/conformance/realFiles
cache=.cache/real-files
mkdir -p "$cache"

environment() {
  if [ ! -x "$cache/$1/bin/python" ]; then
    python3 -m venv "$cache/$1"
    node -e 'console.log(require(process.argv[1])[process.argv[2]].join("\n"))' "$PWD/$here/environments.json" "$1" > "$cache/$1.txt"
    "$cache/$1/bin/pip" install --quiet --disable-pip-version-check -r "$cache/$1.txt"
  fi
}

while read -r name maker; do
  environment "$name"
  "$cache/$name/bin/python" "$here/$maker" "$cache/models"
done << MAKERS
classic classic.py
tensorflow tensorflow_models.py
paddle paddle_models.py
torch torch_models.py
optimum optimum_models.py
genai genai.py
quantisers quantised.py
MAKERS
exec npm run -s conformance:real-files -- "$cache/models" "$cache/torch/bin/python"
