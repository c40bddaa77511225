# Defaults that the functions share; nobody outside sees them.
$script:Units = 'B', 'KB', 'MB', 'GB', 'TB'
$script:PollMilliseconds = 100

function ConvertTo-SizeText {
    <#
    .SYNOPSIS
        1536MB -> 1.5 GB
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, ValueFromPipeline)][double]$Bytes)
    process {
        $unit = 0
        while ($Bytes -ge 1024 -and $unit -lt $script:Units.Count - 1) {
            $Bytes /= 1024
            $unit++
        }
        '{0:0.##} {1}' -f $Bytes, $script:Units[$unit]
    }
}

function Get-VMAge {
    [CmdletBinding()]
    param([Parameter(ValueFromPipelineByPropertyName)][Alias('VMName')][string[]]$Name = '*')
    process {
        foreach ($vm in Get-VM -Name $Name) {
            [pscustomobject]@{
                PSTypeName = 'VMTools.Age'
                Name       = $vm.Name
                Days       = [int]((Get-Date) - $vm.CreationTime).TotalDays
                Memory     = $vm.MemoryStartup | ConvertTo-SizeText
            }
        }
    }
}

function Wait-VMState {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)][string]$Name,
        [ValidateSet('Running', 'Off', 'Saved', 'Paused')][string]$State = 'Running',
        [int]$TimeoutSeconds = 30
    )
    $end = (Get-Date).AddSeconds($TimeoutSeconds)
    while ((Get-VM -Name $Name -ErrorAction Stop).State -ne $State) {
        if ((Get-Date) -ge $end) {
            Write-Error -Message "$Name did not come to the state $State." -Category OperationTimeout -TargetObject $Name
            return $false
        }
        Start-Sleep -Milliseconds $script:PollMilliseconds
    }
    $true
}

function Copy-VMSetting {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)][string]$From, [Parameter(Mandatory)][string[]]$To)
    $source = Get-VM -Name $From
    foreach ($name in $To) {
        if ($PSCmdlet.ShouldProcess($name, "Copy settings of $From")) {
            Set-VM -Name $name -ProcessorCount $source.ProcessorCount -MemoryStartupBytes $source.MemoryStartup -Notes $source.Notes
        }
    }
}

New-Alias -Name vmage -Value Get-VMAge
Export-ModuleMember -Function Get-VMAge, Wait-VMState, Copy-VMSetting, ConvertTo-SizeText -Alias vmage
