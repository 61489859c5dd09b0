#!/bin/sh
# Builds the folder of cases with a Python environment of its own (both kept in .cache) and scores inference on it.
set -eu
cd "$(dirname "$0")/../.."
environment=.cache/conformance-python
packages="onnx==1.23.1 numpy onnxruntime==1.32.0 sympy==1.14.0"
# An environment from before a package was added lacks it.
if [ "$(cat "$environment/packages" 2>/dev/null)" != "$packages" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check $packages
  echo "$packages" >"$environment/packages"
fi
folder=.cache/conformance
[ -f "$folder/cases.json" ] || "$environment/bin/python" test/conformance/generate.py "$folder"
if [ ! test/conformance/invalid.py -ot "$folder/invalid.jsonl" ]; then
  "$environment/bin/python" test/conformance/invalid.py "$folder"
fi
npm run -s conformance
npm run -s conformance:invalid
exec npm run -s conformance:bodies
