"""SchemaModel -> the files of the typed package: one module an object, loaded at first use."""

from __future__ import annotations

from twentyql.generate import layout
from twentyql.generate.context import PackageContext, natural, package_context
from twentyql.generate.header import stamp
from twentyql.generate.render import render
from twentyql.schema.model import SchemaModel


def package(model: SchemaModel) -> dict[str, str]:
    """Path (relative to the package's folder) -> text, for every file of the package."""
    context = package_context(model)
    files = {
        "__init__.py": _init(context),
        "_composites.py": render(
            "composites.py.j2",
            composites=context.composites,
            use_enums=context.composites_use_enums,
            notes=tuple(f"{c.composite.name}: {note}" for c in context.composites for note in c.composite.notes),
        ),
        "_enums.py": render("enums.py.j2", enums=context.enums),
        "py.typed": "",
    }
    files |= {f"{module.module}.py": render("object.py.j2", module=module) for module in context.modules}
    files |= {f"_inputs/{module.module}.py": render("inputs.py.j2", module=module) for module in context.inputs}
    if context.inputs:
        files["_inputs/__init__.py"] = render("empty.py.j2", about="What can be written, a module an object.")
    return {path: stamp(path, text) for path, text in sorted(files.items())}


def _init(context: PackageContext) -> str:
    homes = [(module.module, module.record.name) for module in context.modules]
    homes += [(f"_inputs.{module.module}", item.name) for module in context.inputs for item in module.inputs]
    by_class = sorted(homes, key=lambda home: natural(home[1]))
    return render(
        "init.py.j2",
        homes_by_module=sorted(homes, key=lambda home: (natural(home[0]), natural(home[1]))),
        homes_by_class=by_class,
        all_names=layout.sequence("__all__ = ", tuple(layout.string(name) for _, name in by_class)),
        notes=context.notes,
    )
