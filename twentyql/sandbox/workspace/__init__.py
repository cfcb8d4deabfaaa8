"""What a workspace has beside its rows: a data model that can be changed, webhooks, API keys and files.

A change of the data model is made on a draft of its metadata nodes and judged as the real server judges it; only when
all of it is right do the engine's tables and the schemas follow::

    draft.py       a copy of the metadata to work on; what points to what is gone goes too
    names.py       which names are allowed; problems.py how a refusal looks
    objects.py     create, update, delete an object; systems.py what a new one has from the start
    fields.py      create, update, delete a field; values.py its options, defaults and settings
    relations.py   both sides of a relation, and morph relations; indexes.py
    served.py      the workspace as it is served now
    hooks.py       webhooks; keys.py API keys and their tokens; files.py uploads and signed downloads
"""
