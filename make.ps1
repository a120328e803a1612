# The same two commands for Windows PowerShell:  .\make.ps1 report   and   .\make.ps1 test
param([ValidateSet("report", "test")][string]$Target = "report", [string]$Python = "py")
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
$env:PYTHONUTF8 = "1"
$VenvPython = Join-Path ".venv" "Scripts\python.exe"

function Invoke-Checked {
    param([string]$Program, [string[]]$Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

if (-not (Test-Path $VenvPython)) {
    $Launcher = if ($Python -eq "py") { @("-3") } else { @() }
    Invoke-Checked $Python ($Launcher + @("-c", "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed')"))
    Invoke-Checked $Python ($Launcher + @("-m", "venv", ".venv"))
}
$Lock = if ($Target -eq "test") { "requirements-dev.lock" } else { "requirements.lock" }
$Pip = @("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
Invoke-Checked $VenvPython ($Pip + @("--require-hashes", "-r", $Lock))
Invoke-Checked $VenvPython ($Pip + @("--no-build-isolation", "--editable", "."))
if ($Target -eq "test") {
    Invoke-Checked $VenvPython @("-m", "pytest", "-n", "auto", "--dist", "loadfile")
} else {
    Invoke-Checked $VenvPython @("tools/exercise.py", "--exercise", "corpora/synthetic/listening-exercise", "--project", "reports/listening-exercise")
}
