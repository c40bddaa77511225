<#
.SYNOPSIS
    Changes memory and processors of many machines at once.
.DESCRIPTION
    Works on machines by name or from the pipeline. Running machines are shut down for the change and started
    again, unless -SkipRunning says to leave them.
.EXAMPLE
    Get-VM web* | ./Set-BulkConfiguration.ps1 -MemoryBytes 2GB -ProcessorCount 2 -WhatIf
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
param(
    [Parameter(Mandatory, ValueFromPipeline, ValueFromPipelineByPropertyName, Position = 0)]
    [Alias('VMName')]
    [string[]]$Name,

    [ValidateScript({ $_ -ge 64MB })]
    [long]$MemoryBytes,

    [ValidateRange(1, 64)]
    [int]$ProcessorCount,

    [switch]$SkipRunning
)

begin {
    $changed = 0
    $failed = New-Object System.Collections.ArrayList
    $settings = @{}
    if ($PSBoundParameters.ContainsKey('MemoryBytes'))    { $settings.MemoryStartupBytes = $MemoryBytes }
    if ($PSBoundParameters.ContainsKey('ProcessorCount')) { $settings.ProcessorCount = $ProcessorCount }
    if ($settings.Count -eq 0) {
        throw 'Give -MemoryBytes, -ProcessorCount, or both.'
    }
}

process {
    foreach ($one in $Name) {
        $vm = Get-VM -Name $one -ErrorAction SilentlyContinue
        if (-not $vm) {
            Write-Warning "There is no machine '$one'."
            [void]$failed.Add($one)
            continue
        }

        $wasRunning = $vm.State -eq 'Running'
        if ($wasRunning -and $SkipRunning) {
            Write-Verbose "$one is running and is left as it is."
            continue
        }

        $what = ($settings.Keys | Sort-Object | ForEach-Object { "$_=$($settings[$_])" }) -join ', '
        if (-not $PSCmdlet.ShouldProcess($one, "Set $what")) { continue }

        try {
            if ($wasRunning) { Stop-VM -Name $one -Force -ErrorAction Stop }
            Set-VM -Name $one @settings -ErrorAction Stop
            $changed++
        }
        catch {
            Write-Warning "${one}: $($_.Exception.Message)"
            [void]$failed.Add($one)
        }
        finally {
            if ($wasRunning) { Start-VM -Name $one }
        }
    }
}

end {
    Write-Host "$changed changed, $($failed.Count) failed."
    if ($failed.Count) { Write-Host "Failed: $($failed -join ', ')" }
    Get-VM | Sort-Object Name | Format-Table Name, State, ProcessorCount, @{ n = 'Memory(MB)'; e = { $_.MemoryStartup / 1MB } }
}
