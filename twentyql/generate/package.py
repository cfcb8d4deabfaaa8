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
    return {path: stamp(path, text) for path, text in sorted(files.items())}


def _init(context: PackageContext) -> str:
    by_class = sorted(context.modules, key=lambda module: natural(module.record.name))
    names = tuple(layout.string(module.record.name) for module in by_class)
    return render(
        "init.py.j2",
        modules=context.modules,
        modules_by_name=sorted(context.modules, key=lambda module: natural(module.module)),
        modules_by_class=by_class,
        all_names=layout.sequence("__all__ = ", names),
        notes=context.notes,
    )
