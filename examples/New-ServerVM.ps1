<#
.SYNOPSIS
    A function for a profile or a module: creates a server from a size, with every argument checked.
.DESCRIPTION
    Dot-source the file, or run it with the arguments of New-ServerVM.
.PARAMETER Size
    Small, Medium or Large.
.EXAMPLE
    . ./New-ServerVM.ps1
    'app01', 'app02' | New-ServerVM -Size Medium -Owner ops@example.com
#>
param(
    [string[]]$Name,
    [string]$Size,
    [string]$Owner
)

function New-ServerVM {
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('Server.Created')]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true, Position = 0)]
        [ValidateLength(3, 15)]
        [ValidatePattern('^[a-z][a-z0-9-]*$', ErrorMessage = '''{0}'' is no host name: small letters, digits and dashes.')]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Small', 'Medium', 'Large')]
        [string]$Size,

        [Parameter()]
        [ValidateNotNullOrEmpty()]
        [ValidateScript({ $_ -match '@' }, ErrorMessage = 'The owner must be a mail address.')]
        [string]$Owner = 'nobody@example.com',

        [ValidateCount(0, 3)]
        [string[]]$Tag
    )

    begin {
        $sizes = @{
            Small  = @{ Memory = 1GB; Cpu = 1 }
            Medium = @{ Memory = 4GB; Cpu = 2 }
            Large  = @{ Memory = 16GB; Cpu = 8 }
        }
        Write-Verbose "Size ${Size}: $($sizes[$Size].Cpu) processors"
    }
    process {
        if (-not $PSCmdlet.ShouldProcess($Name, "Create a $Size server")) { return }
        $vm = New-VM -Name $Name -Generation 2 -NoVHD -MemoryStartupBytes $sizes[$Size].Memory -ErrorAction Stop
        Set-VM -VM $vm -ProcessorCount $sizes[$Size].Cpu -Notes (@("owner=$Owner") + $Tag -join ';')
        [pscustomobject]@{
            PSTypeName = 'Server.Created'
            Name       = $Name
            Size       = $Size
            Owner      = $Owner
            Memory     = '{0} GB' -f ($sizes[$Size].Memory / 1GB)
        }
    }
}

# Run, not dot-sourced.
if ($MyInvocation.InvocationName -ne '.' -and $Name) {
    $Name | New-ServerVM -Size $Size -Owner $Owner
}
