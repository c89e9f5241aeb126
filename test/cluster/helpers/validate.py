# Reads {"versions": [...], "objects": [...]} from standard input. Checks each object against the
# strict schemas of each version of Kubernetes, and prints the errors as a JSON array.
import json
import sys

import jsonschema
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource

request = json.load(sys.stdin)
definitions = {}
validators = {}


def definitions_of(folder):
    if folder not in definitions:
        contents = schema_contents(f"{folder}/_definitions.json", folder)
        definitions[folder] = Resource.from_contents(contents)
    return definitions[folder]


def validator_of(version, kind, api_version):
    group, _, last = api_version.rpartition("/")
    name = "-".join([kind.lower(), *([group.split(".")[0]] if group else []), last])
    key = (version, name)
    if key not in validators:
        folder = f"kubernetes-json-schema/v{version}.0-local-strict"
        schema = schema_contents(f"{folder}/{name}.json", version)
        registry = Resource.from_contents(schema) @ Registry()
        registry = definitions_of(folder) @ registry
        validators[key] = jsonschema.Draft202012Validator(schema, registry=registry)
    return validators[key]


faults = []
for object in request["objects"]:
    for version in request["versions"]:
        validator = validator_of(version, object["kind"], object["apiVersion"])
        for error in validator.iter_errors(object):
            path = ".".join(str(part) for part in error.absolute_path)
            faults.append(f"{version} {object['kind']} {path}: {error.message[:300]}")
json.dump(faults, sys.stdout)
