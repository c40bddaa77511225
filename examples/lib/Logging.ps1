# Dot-source this file: . $PSScriptRoot/lib/Logging.ps1
$script:LogFile = $null
$script:LogCount = @{ INFO = 0; WARN = 0; FAIL = 0 }

function Start-Log {
    param([Parameter(Mandatory)][string]$Path)
    $script:LogFile = $Path
    "=== $(Get-Date -Format 'yyyy-MM-dd HH:mm:ss')" | Out-File -FilePath $Path
}

function Write-Log {
    param(
        [Parameter(Mandatory, Position = 0)][string]$Message,
        [ValidateSet('INFO', 'WARN', 'FAIL')][string]$Level = 'INFO'
    )
    $script:LogCount[$Level]++
    $line = "[$Level] $Message"
    if ($script:LogFile) { Add-Content -Path $script:LogFile -Value $line }
    switch ($Level) {
        'WARN'  { Write-Host $line -ForegroundColor Yellow }
        'FAIL'  { Write-Host $line -ForegroundColor Red }
        default { Write-Host $line }
    }
}

function Invoke-Step {
    # Names of its own: the action sees the variables of whoever calls, and these.
    param([Parameter(Mandatory)][string]$StepName, [Parameter(Mandatory)][scriptblock]$StepAction, [switch]$Optional)
    try {
        & $StepAction
        Write-Log "${StepName}: done"
    }
    catch {
        $level = if ($Optional) { 'WARN' } else { 'FAIL' }
        Write-Log "${StepName}: $($_.Exception.Message)" -Level $level
        if (-not $Optional) { throw }
    }
}

function Stop-Log {
    "$($LogCount.INFO) steps, $($LogCount.WARN) warnings, $($LogCount.FAIL) failures"
}
