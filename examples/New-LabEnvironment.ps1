<#
.SYNOPSIS
    Builds a small lab: a domain controller, members and clients.
.DESCRIPTION
    Every machine gets a dynamic disk of its own below the lab's folder. Machines that are there already are left
    as they are, so that the script can be run again after an error.
.PARAMETER LabPath
    Folder for the lab's disks.
.PARAMETER Prefix
    What the machines' names begin with.
.EXAMPLE
    ./New-LabEnvironment.ps1 -LabPath /srv/lab -Prefix LAB -Start
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory = $true)]
    [string]$LabPath,

    [ValidatePattern('^[A-Za-z]{2,8}$')]
    [string]$Prefix = 'LAB',

    [ValidateRange(1, 10)]
    [int]$ClientCount = 2,

    [switch]$Start
)

$ErrorActionPreference = 'Stop'

$roles = @(
    @{ Role = 'DC';  Count = 1;            Memory = 2GB;   Cpu = 2; Disk = 40GB }
    @{ Role = 'SRV'; Count = 1;            Memory = 4GB;   Cpu = 4; Disk = 60GB }
    @{ Role = 'CLI'; Count = $ClientCount; Memory = 1.5GB; Cpu = 1; Disk = 30GB }
)

if (-not (Test-Path -Path $LabPath)) {
    Write-Verbose "Creating $LabPath"
    New-Item -ItemType Directory -Path $LabPath -Force | Out-Null
}

$created = @()
foreach ($role in $roles) {
    for ($i = 1; $i -le $role.Count; $i++) {
        $name = '{0}-{1}{2:d2}' -f $Prefix.ToUpper(), $role.Role, $i
        if (Get-VM -Name $name -ErrorAction SilentlyContinue) {
            Write-Warning "$name already exists, skipping it."
            continue
        }
        if (-not $PSCmdlet.ShouldProcess($name, 'Create virtual machine')) { continue }

        $vhdPath = Join-Path -Path $LabPath -ChildPath "$name.vhdx"
        $vmParams = @{
            Name               = $name
            Generation         = 2
            MemoryStartupBytes = $role.Memory
            NewVHDPath         = $vhdPath
            NewVHDSizeBytes    = $role.Disk
        }
        try {
            $vm = New-VM @vmParams
            $vm | Set-VM -ProcessorCount $role.Cpu -Notes "Lab $Prefix, role $($role.Role)"
            if ($role.Role -eq 'CLI') {
                Set-VM -Name $name -DynamicMemory -MemoryMinimumBytes 512MB -MemoryMaximumBytes 2GB
            }
            $created += $name
            Write-Host "Created $name ($($role.Memory / 1GB) GB, $($role.Cpu) CPU)" -ForegroundColor Green
        }
        catch {
            Write-Error "Could not create ${name}: $($_.Exception.Message)" -ErrorAction Continue
        }
    }
}

if ($Start -and $created) {
    # The domain controller first, the others wait for it.
    $created | Sort-Object { $_ -notlike '*-DC*' } | ForEach-Object {
        Start-VM -Name $_
        Write-Verbose "Started $_"
    }
}

Get-VM -Name "$Prefix-*" |
    Sort-Object Name |
    Select-Object Name, State, ProcessorCount, @{ Name = 'MemoryGB'; Expression = { $_.MemoryStartup / 1GB } }, Notes |
    Format-Table -AutoSize
