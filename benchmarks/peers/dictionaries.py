"""The dictionaries of an OpenFOAM v1912 case: what our case says, in OpenFOAM's words.

buoyantBoussinesqSimpleFoam, k-epsilon models, smooth log-law walls; GAMG with symmetric Gauss-Seidel for the pressure and
PBiCGStab with DILU for the rest. The relaxation sets were found by trial: no one set converges on both halls.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.mesh import FoamMesh, FoamPatch, UnsupportedError, head
from thermal.case.model import Case, Opening, Rack, Wall

SOLVER = "buoyantBoussinesqSimpleFoam"
C_MU = 0.09


@dataclass(frozen=True)
class Settings:
    """How OpenFOAM is to solve it.

    fronts       "fixed" sets all three velocity components at a rack front to the uniform outflow, "slip" the normal one only
    relaxation   of velocity, pressure, temperature, k and epsilon
    low_walls    below the y+ where shear turns viscous, epsilon 2 nu k/y^2 and no G, as ours; v1912 by default keeps the log law
    tolerance    share of a linear system's residual that each of its solutions may leave
    processes    the hall is cut along x for more than one
    """

    scheme: str = "second-order"  # upwind | second-order (linearUpwind) | van-leer; k and epsilon are upwind
    fronts: str = "fixed"
    iterations: int = 1000
    relaxation: tuple[float, float, float, float] = (0.3, 0.7, 0.5, 0.7)
    tolerance: float = 0.1
    every: int = 10
    processes: int = 1
    low_walls: bool = False


RELAXATION = {"openfoam-h1": (0.5, 0.5, 0.8, 0.5)}  # all others: Settings' default, that of OpenFOAM's own hot-room example

MODELS = {"k-epsilon": "kEpsilon", "realizable-k-epsilon": "realizableKE", "rng-k-epsilon": "RNGkEpsilon"}
DIMENSIONS = {
    "U": "[0 1 -1 0 0 0 0]", "T": "[0 0 0 1 0 0 0]", "k": "[0 2 -2 0 0 0 0]", "epsilon": "[0 2 -3 0 0 0 0]",
    "nut": "[0 2 -1 0 0 0 0]", "alphat": "[0 2 -1 0 0 0 0]", "p_rgh": "[0 2 -2 0 0 0 0]", "p": "[0 2 -2 0 0 0 0]",
}  # fmt: skip


def write_case(mesh: FoamMesh, settings: Settings, folder: Path) -> None:
    """Write 0/, constant/ and system/ beside the mesh. Raises UnsupportedError for what has no counterpart here."""
    case = mesh.placement.case
    if case.flow.turbulence.model not in MODELS:
        raise UnsupportedError(f'turbulence = "{case.flow.turbulence.model}": this bridge knows {", ".join(MODELS)}')
    if case.flow.turbulence.buoyancy_production != "none":
        raise UnsupportedError("buoyancy production: OpenFOAM's kEpsilon has none")
    for name in ("0", "constant", "system"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for field, dimensions in DIMENSIONS.items():
        rows = "".join(f"    {p.name} {{ {_condition(mesh, settings, field, p)} }}\n" for p in mesh.patches)
        kind = "volVectorField" if field == "U" else "volScalarField"
        start = f"dimensions {dimensions};\ninternalField uniform {_initial(mesh)[field]};\n"
        (folder / "0" / field).write_text(f"{head(kind, field)}{start}boundaryField\n{{\n{rows}}}\n")
    for name, text in _constant(case).items():
        kind = "uniformDimensionedVectorField" if name == "g" else "dictionary"
        (folder / "constant" / name).write_text(head(kind, name) + text)
    system = {"controlDict": _control(mesh, settings), "fvSchemes": _schemes(settings), "fvSolution": _solution(settings)}
    if settings.processes > 1:
        cut = f"method simple;\nsimpleCoeffs {{ n ({settings.processes} 1 1); delta 0.001; }}\n"
        system["decomposeParDict"] = f"numberOfSubdomains {settings.processes};\n{cut}"
    for name, text in system.items():
        (folder / "system" / name).write_text(head("dictionary", name) + text)


def _turbulence(speed: float, intensity: float, length: float) -> tuple[float, float]:
    """k and epsilon of a stream: k = 1.5 (I U)^2, epsilon = C_mu^0.75 k^1.5 / length."""
    k = 1.5 * (intensity * speed) ** 2
    return k, C_MU**0.75 * k**1.5 / length


def _stream(patch: FoamPatch) -> tuple[float, float]:
    """k and epsilon of what enters through a patch of fixed flow."""
    source = patch.source
    assert source is not None and patch.velocity is not None and isinstance(source.object, Opening | Rack)
    if source.open_fraction < 1.0:
        raise UnsupportedError(f"{patch.name}: the jets of an open fraction below 1 have no counterpart here")
    return _turbulence(patch.velocity, source.object.turbulence_intensity, source.object.turbulence_length)


def _initial(mesh: FoamMesh) -> dict[str, str]:
    """Rest at the case's initial temperature, k and epsilon of the first supply, or little of them where there is none."""
    k, epsilon = next((_stream(p) for p in mesh.patches if p.kind == "supply" and p.velocity), (1e-4, 1e-5))
    temperature = mesh.placement.case.flow.initial_temperature
    start = {"U": "(0 0 0)", "T": f"{temperature:g}", "k": f"{k:.6g}", "epsilon": f"{epsilon:.6g}"}
    return {field: start.get(field, "0") for field in DIMENSIONS}


def _condition(mesh: FoamMesh, settings: Settings, field: str, patch: FoamPatch) -> str:
    """What holds on a patch for a field."""
    case, kind = mesh.placement.case, patch.kind
    if kind == "empty":
        return "type empty;"
    start = _initial(mesh)[field]
    if field == "U":
        return _velocity(settings, patch)
    if field == "T":
        return _temperature(case, patch)
    if field in ("k", "epsilon"):
        if kind == "wall":
            low = "lowReCorrection on; " if settings.low_walls and field == "epsilon" else ""
            return f"type {'kqR' if field == 'k' else field}WallFunction; {low}value uniform {start};"
        if kind == "front" or (patch.velocity or 0.0) < 0.0:
            return "type zeroGradient;"
        if patch.velocity is None:
            return f"type inletOutlet; inletValue uniform {start}; value uniform {start};"
        return f"type fixedValue; value uniform {_stream(patch)[field == 'epsilon']:.6g};"
    if field == "nut":
        return f"type {'nutkWallFunction' if kind == 'wall' else 'calculated'}; value uniform 0;"
    if field == "alphat":
        prandtl = case.flow.turbulence.turbulent_prandtl
        wall = f"type alphatJayatillekeWallFunction; Prt {prandtl:g}; value uniform 0;"
        return wall if kind == "wall" else "type calculated; value uniform 0;"
    if field == "p_rgh":
        return f"type {'fixedValue' if patch.velocity is None else 'fixedFluxPressure; rho rhok'}; value uniform 0;"
    return "type calculated; value uniform 0;"


def _velocity(settings: Settings, patch: FoamPatch) -> str:
    if patch.kind == "wall":
        return "type noSlip;"
    if patch.velocity is None:
        return "type pressureInletOutletVelocity; value uniform (0 0 0);"
    assert patch.source is not None
    vector = [0.0, 0.0, 0.0]
    vector[patch.source.axis] = patch.source.sign * patch.velocity
    value = "({:.8g} {:.8g} {:.8g})".format(*vector)
    if patch.kind == "front" and settings.fronts == "slip":
        return f"type fixedNormalSlip; fixedValue uniform {value};"
    return f"type fixedValue; value uniform {value};"


def _temperature(case: Case, patch: FoamPatch) -> str:
    thing = patch.source.object if patch.source else None
    if isinstance(thing, Wall):
        if thing.temperature is None:
            raise UnsupportedError(f"{patch.name}: this bridge knows walls of a temperature only")
        return f"type fixedValue; value uniform {thing.temperature:g};"
    if patch.kind == "supply" and isinstance(thing, Opening):
        return f"type fixedValue; value uniform {thing.temperature:g};"
    if patch.kind == "return" and isinstance(thing, Opening):
        return f"type inletOutlet; inletValue uniform {thing.temperature:g}; value uniform {thing.temperature:g};"
    if patch.kind == "back" and isinstance(thing, Rack):
        rise = thing.air_power / (case.air.density * case.air.heat_capacity * thing.flow)
        front = patch.name.removesuffix("_back") + "_front"
        mean = f'variables ("Tf{{patch\'{front}}} = weightAverage(T)"); valueExpr "Tf + {rise:.8g}";'
        return f"type exprFixedValue; {mean} value uniform {case.flow.initial_temperature:g};"
    return "type zeroGradient;"


def _constant(case: Case) -> dict[str, str]:
    air, turbulence = case.air, case.flow.turbulence
    return {
        "g": f"dimensions [0 1 -2 0 0 0 0];\nvalue (0 0 {-air.gravity if case.flow.buoyancy else 0.0:g});\n",
        "transportProperties": f"transportModel Newtonian;\nnu {air.kinematic_viscosity:g};\nbeta {air.expansion:.8g};\n"
        f"TRef {air.reference_temperature:g};\nPr {air.prandtl:g};\nPrt {turbulence.turbulent_prandtl:g};\n",
        "turbulenceProperties": "simulationType RAS;\n"
        f"RAS {{ RASModel {MODELS[turbulence.model]}; turbulence on; printCoeffs on; }}\n",
    }


def _control(mesh: FoamMesh, settings: Settings) -> str:
    """Run control, and the probes: mean temperature of each front, flow and mixed temperature of each pressure opening."""
    every = f"executeControl timeStep; executeInterval {settings.every}; writeControl timeStep; writeInterval {settings.every};"

    def probe(name: str, patch: str, operation: str, field: str, extra: str = "") -> str:
        kind = 'type surfaceFieldValue; libs ("libfieldFunctionObjects.so"); log no; writeFields no; regionType patch;'
        return f"    {name} {{ {kind} name {patch}; operation {operation}; {extra} fields ({field}); {every} }}\n"

    probes = ""
    for patch in mesh.patches:
        if patch.kind == "front":
            probes += probe(f"temperature_{patch.name}", patch.name, "areaAverage", "T")
        elif patch.velocity is None:
            probes += probe(f"temperature_{patch.name}", patch.name, "weightedAverage", "T", "weightField phi;")
            probes += probe(f"flow_{patch.name}", patch.name, "sum", "phi")
    return (
        f"application {SOLVER};\nstartFrom startTime;\nstartTime 0;\nstopAt endTime;\nendTime {settings.iterations};\n"
        "deltaT 1;\n"
        f"writeControl timeStep;\nwriteInterval {settings.iterations};\nwriteFormat ascii;\nwritePrecision 8;\ntimePrecision 8;\n"
        f"runTimeModifiable no;\nfunctions\n{{\n{probes}}}\n"
    )


def _schemes(settings: Settings) -> str:
    sharp = {"upwind": "upwind", "second-order": "linearUpwind grad({})", "van-leer": "vanLeer"}[settings.scheme]
    convection = {
        field: "bounded Gauss " + (sharp.format(field) if field in "UT" else "upwind") for field in ("U", "T", "k", "epsilon")
    }
    rows = "".join(f"    div(phi,{field}) {scheme};\n" for field, scheme in convection.items())
    return (
        "ddtSchemes { default steadyState; }\ngradSchemes { default Gauss linear; }\n"
        f"divSchemes\n{{\n    default none;\n{rows}    div((nuEff*dev2(T(grad(U))))) Gauss linear;\n}}\n"
        "laplacianSchemes { default Gauss linear orthogonal; }\ninterpolationSchemes { default linear; }\n"
        "snGradSchemes { default orthogonal; }\n"
    )


def _solution(settings: Settings) -> str:
    velocity, pressure, temperature, turbulence = settings.relaxation
    return (
        "solvers\n{\n"
        f"    p_rgh {{ solver GAMG; smoother symGaussSeidel; tolerance 1e-8; relTol {settings.tolerance:g}; }}\n"
        f'    "(U|T|k|epsilon)" {{ solver PBiCGStab; preconditioner DILU; tolerance 1e-7; relTol {settings.tolerance:g}; }}\n}}\n'
        "SIMPLE { nNonOrthogonalCorrectors 0; momentumPredictor yes; pRefCell 0; pRefValue 0; }\n"
        f"relaxationFactors\n{{\n    fields {{ p_rgh {pressure:g}; }}\n"
        f'    equations {{ U {velocity:g}; T {temperature:g}; "(k|epsilon)" {turbulence:g}; }}\n}}\n'
    )
