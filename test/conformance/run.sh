#!/bin/sh
# Builds the folder of cases with a Python environment of its own (both kept in .cache) and scores inference on it.
set -eu
cd "$(dirname "$0")/../.."
environment=.cache/conformance-python
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.1 numpy
fi
[ -f .cache/conformance/cases.json ] || "$environment/bin/python" test/conformance/generate.py .cache/conformance
npm run -s conformance
exec npm run -s conformance:bodies
