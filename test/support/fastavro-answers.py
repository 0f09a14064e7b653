"""Reads a JSON object a line from standard input and answers with one a line, in the place of a service that has fastavro.

{"write": schema, "record": record} -> {"datum": hex}
{"read": writer's schema, "as": reader's schema, "datum": hex} -> {"record": record}
"""

import io
import json
import sys

from fastavro import parse_schema, schemaless_reader, schemaless_writer

for line in sys.stdin:
    question = json.loads(line)
    if "write" in question:
        datum = io.BytesIO()
        schemaless_writer(datum, parse_schema(question["write"]), question["record"])
        answer = {"datum": datum.getvalue().hex()}
    else:
        datum = io.BytesIO(bytes.fromhex(question["datum"]))
        record = schemaless_reader(datum, parse_schema(question["read"]), parse_schema(question["as"]))
        answer = {"record": record, "left": len(datum.read())}
    print(json.dumps(answer))
