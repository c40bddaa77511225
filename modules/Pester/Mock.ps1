# Mocks: a function of the command's name in the scope of the tests, which asks Invoke-Mock what to do.

# The command that is mocked, as the tests or the module see it.
function Get-MockedCommand {
    param([string]$CommandName, [string]$ModuleName)
    $find = $script:Session.Find
    $module = if ($ModuleName) { Get-Module -Name $ModuleName }
    if ($ModuleName -and -not $module) { throw "No module named '$ModuleName' is currently loaded." }
    $command = if ($module) { & $module $find $CommandName } else { & $find $CommandName }
    if ($command.CommandType -eq 'Alias') { $command = & $find $command.Definition }
    $command
}

# The command's parameters, without their sets: whatever fits the command fits the mock.
function Get-ParameterText {
    param($Command)
    $common = 'Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ProgressAction', 'ErrorVariable',
        'WarningVariable', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable', 'WhatIf', 'Confirm'
    $texts = foreach ($parameter in $Command.Parameters.Values) {
        if ($common -contains $parameter.Name) { continue }
        $position = $null
        $byValue = $byName = $false
        foreach ($attribute in $parameter.Attributes) {
            if ($null -eq $attribute.PSObject.Properties['Position']) { continue }
            if ($attribute.Position -ge 0) { $position = $attribute.Position }
            if ($attribute.ValueFromPipeline) { $byValue = $true }
            if ($attribute.ValueFromPipelineByPropertyName) { $byName = $true }
        }
        $settings = @()
        if ($null -ne $position) { $settings += "Position=$position" }
        if ($byValue) { $settings += 'ValueFromPipeline' }
        if ($byName) { $settings += 'ValueFromPipelineByPropertyName' }
        $type = if ($parameter.SwitchParameter) { '[switch]' } else { '' }
        $alias = if ($parameter.Aliases.Count -gt 0) { "[Alias($(($parameter.Aliases | ForEach-Object { "'$_'" }) -join ','))]" } else { '' }
        "[Parameter($($settings -join ','))]$alias$type`${$($parameter.Name)}"
    }
    $texts -join ', '
}

function Mock {
    param(
        [Parameter(Mandatory, Position = 0)][string]$CommandName,
        [Parameter(Position = 1)][scriptblock]$MockWith = {},
        [switch]$Verifiable,
        [Parameter(Position = 2)][scriptblock]$ParameterFilter,
        [string]$ModuleName, [string[]]$RemoveParameterType, [string[]]$RemoveParameterValidation
    )
    Assert-InGroup Mock
    $command = Get-MockedCommand $CommandName $ModuleName
    if ($null -eq $command) {
        throw [System.Management.Automation.ErrorRecord]::new(
            [Exception]::new("Could not find Command $CommandName"), 'CommandNotFoundException', 'ObjectNotFound', $CommandName)
    }
    $name = if ($command.Name -and $command.CommandType -ne 'Application') { $command.Name } else { $CommandName }
    $key = "$ModuleName|$name".ToLower()
    if (-not $script:Run.Mocks.ContainsKey($key)) {
        $script:Run.Mocks[$key] = [pscustomobject]@{
            Name = $name; Module = $ModuleName; Original = $command; Uses = 0
            Behaviours = [System.Collections.ArrayList]@(); Calls = [System.Collections.ArrayList]@()
        }
    }
    $mock = $script:Run.Mocks[$key]
    $group = Get-CurrentGroup
    [void]$mock.Behaviours.Add([pscustomobject]@{ Block = $MockWith; Filter = $ParameterFilter; Group = $group; Verifiable = $Verifiable.IsPresent; Called = $false })
    [void]$group.Mocks.Add($key)
    $parameters = Get-ParameterText $command
    # Where no parameter names its position, they go by their order.
    $binding = if ($parameters -match '\(Position=') { 'PositionalBinding=$false' }
    $head = if ($parameters -or $command.CommandType -eq 'Cmdlet') { "[CmdletBinding($binding)] param($parameters)" } else { 'param()' }
    $rest = if ($parameters -or $command.CommandType -eq 'Cmdlet') { '@()' } else { '$args' }
    # Its parameters are those of the command; $PSBoundParameters says which were given.
    $text = "function $name { $head process { Invoke-Mock '$($key.Replace("'", "''"))' `$PSBoundParameters $rest } }"
    if ($ModuleName) { & (Get-Module -Name $ModuleName) { param($__text) Invoke-Expression ($__text -replace '^function ', 'function script:') } $text }
    else { $null = . $script:Session.Define $text }
}

function Invoke-Mock {
    param([string]$Key, $BoundParameters, [object[]]$Arguments)
    $mock = $script:Run.Mocks[$Key]
    $variables = @{}
    foreach ($name in @($BoundParameters.Keys)) { $variables[$name] = $BoundParameters[$name] }
    [void]$mock.Calls.Add([pscustomobject]@{ Parameters = $variables; Arguments = $Arguments; Groups = @($script:Run.Groups) })
    $given = $variables.Clone()
    $given['PSBoundParameters'] = $BoundParameters
    $given['args'] = $Arguments
    # The latest whose filter holds; one without a filter is for the rest.
    $chosen = $null
    for ($i = $mock.Behaviours.Count - 1; $i -ge 0; $i--) {
        $behaviour = $mock.Behaviours[$i]
        if ($null -eq $behaviour.Filter) { if ($null -eq $chosen) { $chosen = $behaviour } }
        elseif (& $script:Session.RunBlocks @($behaviour.Filter) $given (Get-CaseArgument $behaviour.Filter $variables)) { $chosen = $behaviour; break }
    }
    if ($chosen) {
        $chosen.Called = $true
        & $script:Session.RunBlocks @($chosen.Block) $given (Get-CaseArgument $chosen.Block $variables)
    }
    else { & $mock.Original @variables @Arguments }
}

# The mocks that were made in a group end with it.
function Remove-MockOf {
    param($Group)
    foreach ($key in @($Group.Mocks | Select-Object -Unique)) {
        $mock = $script:Run.Mocks[$key]
        if ($null -eq $mock) { continue }
        foreach ($behaviour in @($mock.Behaviours)) { if ($behaviour.Group -eq $Group) { $mock.Behaviours.Remove($behaviour) } }
        if ($mock.Behaviours.Count -gt 0) { continue }
        if ($mock.Module) {
            # The mock stands in the place of the module's own function, or of a cmdlet.
            $restore = if ($mock.Original.CommandType -eq 'Function') { { param($__mock) Invoke-Expression "function script:$($__mock.Name) { $($__mock.Original.Definition) }" } }
            else { { param($__mock) Remove-Item -Path "function:$($__mock.Name)" -ErrorAction Ignore } }
            & (Get-Module -Name $mock.Module) $restore $mock
        }
        $script:Run.Mocks.Remove($key)
    }
}

function Test-MockCall {
    param([object[]]$Words, [bool]$Not, [string]$Because)
    $settings = @{ CommandName = $null; Times = 1; Exactly = $false; Scope = 'It'; ParameterFilter = $null; ModuleName = '' }
    for ($i = 0; $i -lt $Words.Count; $i++) {
        $word = $Words[$i]
        switch -Regex ("$word") {
            '^-Exactly' { $settings.Exactly = $true; continue }
            '^-Not' { $Not = $true; continue }
            '^-(CommandName|Times|Scope|ParameterFilter|ModuleName|ExclusiveFilter):?$' { $settings[$Matches[1]] = $Words[++$i]; continue }
            '^-Because' { $Because = $Words[++$i]; continue }
            default { if ($null -eq $settings.CommandName) { $settings.CommandName = $word } else { $settings.Times = $word } }
        }
    }
    Compare-MockCall @settings -Not $Not -Because $Because
}

function Compare-MockCall {
    param([string]$CommandName, [int]$Times, [bool]$Exactly, [string]$Scope, $ParameterFilter, [string]$ModuleName, [bool]$Not, [string]$Because, $ExclusiveFilter)
    $name = (Get-MockedCommand $CommandName $ModuleName).Name
    if (-not $name) { $name = $CommandName }
    $mock = $script:Run.Mocks["$ModuleName|$name".ToLower()]
    if ($null -eq $mock) { throw "You did not declare a mock of the $CommandName Command$(if ($ModuleName) { " in module $ModuleName" })." }
    if ($ExclusiveFilter) { $ParameterFilter = $ExclusiveFilter }
    $within = switch ($Scope) {
        'It' { $script:Run.Groups | Where-Object Kind -eq It | Select-Object -Last 1 }
        'Context' { $script:Run.Groups | Where-Object Kind -eq Context | Select-Object -Last 1 }
        'Describe' { $script:Run.Groups | Where-Object Kind -eq Describe | Select-Object -First 1 }
        default { $script:Run.Groups | Where-Object Kind -ne It | Select-Object -Last 1 }
    }
    $calls = @($mock.Calls | Where-Object { $null -eq $within -or $_.Groups -contains $within })
    $fitting = @($calls | Where-Object {
        $null -eq $ParameterFilter -or
        (& $script:Session.RunBlocks @($ParameterFilter) $_.Parameters (Get-CaseArgument $ParameterFilter $_.Parameters))
    })
    $count = $fitting.Count
    $where = if ($ModuleName) { " in module $ModuleName" } else { '' }
    if ($Not) {
        $Exactly = $true
        if ($count -ge $Times -and $count -gt 0) { return "Expected $name$where not to be called $(if ($Exactly) { 'exactly' }) $Times times,$(Format-Because $Because) but it was" }
        return
    }
    if ($Times -eq 0) { $Exactly = $true }
    if ($Exactly -and $count -ne $Times) { return "Expected $name$where to be called $Times times exactly,$(Format-Because $Because) but was called $count times" }
    if ($count -lt $Times) { return "Expected $name$where to be called at least $Times times,$(Format-Because $Because) but was called $count times" }
    if ($ExclusiveFilter -and $calls.Count -ne $count) { return "Expected $name to only be called with parameters matching the specified filter, but $($calls.Count - $count) non-matching calls were made" }
}

function Assert-MockCalled {
    param(
        [Parameter(Mandatory, Position = 0)][string]$CommandName,
        [Parameter(Position = 1)][int]$Times = 1,
        [switch]$Exactly,
        [Parameter(Position = 2)][scriptblock]$ParameterFilter,
        [scriptblock]$ExclusiveFilter,
        [string]$ModuleName = '',
        [ValidateSet('Describe', 'Context', 'It')][string]$Scope = 'Group'
    )
    $message = Compare-MockCall -CommandName $CommandName -Times $Times -Exactly $Exactly.IsPresent -Scope $Scope `
        -ParameterFilter $ParameterFilter -ModuleName $ModuleName -ExclusiveFilter $ExclusiveFilter
    if ($message) { throw (New-Failure $message $MyInvocation) }
}

function Assert-VerifiableMock {
    $missing = foreach ($mock in $script:Run.Mocks.Values) {
        foreach ($behaviour in $mock.Behaviours) {
            if ($behaviour.Verifiable -and -not $behaviour.Called) {
                " Command $($mock.Name)$(if ($behaviour.Filter) { " with {$($behaviour.Filter)}" })"
            }
        }
    }
    if ($missing) { throw (New-Failure "Expected all verifiable mocks to be called, but these were not:`n$($missing -join "`n")" $MyInvocation) }
}
function Assert-VerifiableMocks { Assert-VerifiableMock }
