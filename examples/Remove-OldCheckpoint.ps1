<#
.SYNOPSIS
    Removes checkpoints that are older than a number of days, except those that are to be kept.
.EXAMPLE
    ./Remove-OldCheckpoint.ps1 -Days 14 -KeepPattern 'keep*', 'before upgrade*' -Confirm:$false
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [int]$Days = 30,
    [string[]]$VMName = '*',
    [string[]]$KeepPattern = @('keep*'),
    [int]$KeepNewest = 1
)

$limit = (Get-Date).AddDays(-$Days)
Write-Verbose "Checkpoints from before $($limit.ToString('yyyy-MM-dd HH:mm')) are removed."

$removed = 0
$kept = 0
$sets = Get-VM -Name $VMName | Get-VMSnapshot | Group-Object VMName | Sort-Object Name

foreach ($set in $sets) {
    $ordered = $set.Group | Sort-Object CreationTime -Descending
    $candidates = $ordered | Select-Object -Skip $KeepNewest

    :checkpoints foreach ($checkpoint in $candidates) {
        foreach ($pattern in $KeepPattern) {
            if ($checkpoint.Name -like $pattern) {
                Write-Verbose "$($checkpoint.VMName): '$($checkpoint.Name)' is kept, because it is like '$pattern'."
                $kept++
                continue checkpoints
            }
        }
        if ($checkpoint.CreationTime -ge $limit) {
            $kept++
            continue
        }
        if ($PSCmdlet.ShouldProcess("$($checkpoint.Name) of $($checkpoint.VMName)", 'Remove checkpoint')) {
            try {
                $checkpoint | Remove-VMSnapshot -ErrorAction Stop
                $removed++
            }
            catch {
                Write-Error "Cannot remove '$($checkpoint.Name)' of $($checkpoint.VMName): $_"
            }
        }
    }
    $kept += [Math]::Min($KeepNewest, @($ordered).Count)
}

[pscustomobject]@{
    Machines = @($sets).Count
    Removed  = $removed
    Kept     = $kept
}
