# Assertions. Should reads its arguments itself, so that the form of Pester 3 works as well: Should Be 5.

# Name -> what it needs: Value (an argument follows), Array (the whole of the input is one value), the test, which
# gives nothing when it holds and else says what is wrong.
$script:Operators = @{}

function Add-Operator {
    param([string]$Name, [scriptblock]$Test, [string[]]$Alias = @(), [switch]$Value, [switch]$Array, [string[]]$Option = @(), [hashtable]$Data = @{})
    $operator = [pscustomobject]@{ Name = $Name; Test = $Test; Value = $Value.IsPresent; Array = $Array.IsPresent; Option = $Option; Data = $Data }
    foreach ($one in @($Name) + $Alias) { $script:Operators[$one] = $operator }
}

function Test-List {
    param($Value)
    $Value -is [array] -or $Value -is [System.Collections.ArrayList] -or
        ($null -ne $Value -and $Value.GetType().FullName -like 'System.Collections.Generic.List*')
}

# A value as a message shows it.
function Format-Value {
    param($Value, [switch]$Plain)
    if ($null -eq $Value) { return '$null' }
    if ($Value -is [bool]) { return "`$$($Value.ToString().ToLower())" }
    if ($Value -is [string]) { if ($Plain) { return $Value } else { return "'$Value'" } }
    if ($Value -is [datetime]) { return $Value.ToString('o') }
    if ($Value -is [type]) { return "[$Value]" }
    if ($Value -is [scriptblock]) { return "{$Value}" }
    if ($Value -is [System.Collections.IDictionary]) {
        $entries = foreach ($key in $Value.Keys) { "$key=$(Format-Value $Value[$key])" }
        return "@{$($entries -join '; ')}"
    }
    if (Test-List $Value) {
        $items = @(foreach ($item in $Value) { Format-Value $item })
        if ($items.Count -gt 10) { $items = @($items[0..9]) + "...$($items.Count - 10) more" }
        return "@($($items -join ', '))"
    }
    if ($Value -is [pscustomobject]) {
        $entries = foreach ($property in $Value.PSObject.Properties) { "$($property.Name)=$(Format-Value $property.Value)" }
        return "PSObject{$($entries -join '; ')}"
    }
    "$Value"
}

function Format-Because { param([string]$Because) if ($Because) { ", because $($Because -replace '^because\s')," } }

function Test-Equal {
    param($Actual, $Expected, [bool]$Exactly)
    if ((Test-List $Actual) -or (Test-List $Expected)) {
        $left = @($Actual); $right = @($Expected)
        if ($left.Count -ne $right.Count) { return $false }
        for ($i = 0; $i -lt $left.Count; $i++) {
            if (-not (Test-Equal $left[$i] $right[$i] $Exactly)) { return $false }
        }
        return $true
    }
    if ($null -eq $Actual -or $null -eq $Expected) { return ($null -eq $Actual -and $null -eq $Expected) }
    if ($Exactly) { return ($Expected -ceq $Actual) }
    $Expected -eq $Actual
}

function Get-Difference {
    param($Actual, $Expected, [bool]$Exactly, [string]$Because)
    if ($Actual -isnot [string] -or $Expected -isnot [string]) {
        $how = if ($Exactly) { 'exactly ' } else { '' }
        return "Expected $how$(Format-Value $Expected)$(Format-Because $Because), but got $(Format-Value $Actual)." -replace ',,', ','
    }
    $index = 0
    $most = [Math]::Min($Actual.Length, $Expected.Length)
    while ($index -lt $most) {
        $same = if ($Exactly) { $Actual[$index] -ceq $Expected[$index] } else { $Actual[$index] -eq $Expected[$index] }
        if (-not $same) { break }
        $index++
    }
    $lengths = if ($Actual.Length -eq $Expected.Length) { "String lengths are both $($Actual.Length)." }
    else { "Expected length: $($Expected.Length)`nActual length:   $($Actual.Length)" }
    $escape = { param($text) $text.Replace("`r", '\r').Replace("`n", '\n').Replace("`t", '\t').Replace("`0", '\0') }
    $expectedText = & $escape $Expected
    $actualText = & $escape $Actual
    $shift = (& $escape $Expected.Substring(0, $index)).Length
    "Expected strings to be the same$(Format-Because $Because) but they were different.`n" +
    "$lengths`nStrings differ at index $index.`n" +
    "Expected: '$expectedText'`nBut was:  '$actualText'`n" + ('-' * (11 + $shift)) + '^'
}

Add-Operator Be -Alias EQ -Value -Array {
    param($Actual, $Expected, $Not, $Because)
    $holds = Test-Equal $Actual $Expected $false
    if ($Not -and $holds) { "Expected $(Format-Value $Expected) to be different from the actual value$(Format-Because $Because) but got the same value." }
    elseif (-not $Not -and -not $holds) { Get-Difference $Actual $Expected $false $Because }
}
Add-Operator BeExactly -Alias CEQ -Value -Array {
    param($Actual, $Expected, $Not, $Because)
    $holds = Test-Equal $Actual $Expected $true
    if ($Not -and $holds) { "Expected $(Format-Value $Expected) to be different from the actual value$(Format-Because $Because) but got exactly the same value." }
    elseif (-not $Not -and -not $holds) { Get-Difference $Actual $Expected $true $Because }
}

# An operator that compares by $Holds, with a message for each way of failing.
function Add-Comparison {
    param([string]$Name, [scriptblock]$Holds, [string]$Words, [string]$NotWords, [string[]]$Alias = @(), [switch]$Array)
    Add-Operator $Name -Alias $Alias -Value -Array:$Array -Data @{ Holds = $Holds; Words = $Words; NotWords = $NotWords } -Test {
        param($Actual, $Expected, $Not, $Because, $Option, $Data)
        if ([bool](& $Data.Holds $Actual $Expected) -ne $Not) { return }
        $text = if ($Not) { $Data.NotWords } else { $Data.Words }
        $text.Replace('<e>', (Format-Value $Expected)).Replace('<a>', (Format-Value $Actual)).Replace('<b>', "$(Format-Because $Because)")
    }
}

Add-Comparison BeGreaterThan -Alias GT { param($a, $e) $a -gt $e } `
    'Expected the actual value to be greater than <e>,<b> but got <a>.' `
    'Expected the actual value to be less than or equal to <e>,<b> but got <a>.'
Add-Comparison BeLessThan -Alias LT { param($a, $e) $a -lt $e } `
    'Expected the actual value to be less than <e>,<b> but got <a>.' `
    'Expected the actual value to be greater than or equal to <e>,<b> but got <a>.'
Add-Comparison BeGreaterOrEqual -Alias GE { param($a, $e) $a -ge $e } `
    'Expected the actual value to be greater than or equal to <e>,<b> but got <a>.' `
    'Expected the actual value to be less than <e>,<b> but got <a>.'
Add-Comparison BeLessOrEqual -Alias LE { param($a, $e) $a -le $e } `
    'Expected the actual value to be less than or equal to <e>,<b> but got <a>.' `
    'Expected the actual value to be greater than <e>,<b> but got <a>.'
Add-Comparison BeLike { param($a, $e) $a -like $e } `
    'Expected like wildcard <e> to match <a>,<b> but it did not match.' `
    'Expected like wildcard <e> to not match <a>,<b> but it did match.'
Add-Comparison BeLikeExactly { param($a, $e) $a -clike $e } `
    'Expected case sensitively like wildcard <e> to match <a>,<b> but it did not match.' `
    'Expected case sensitively like wildcard <e> to not match <a>,<b> but it did match.'
Add-Comparison Match { param($a, $e) $a -match $e } `
    'Expected regular expression <e> to match <a>,<b> but it did not match.' `
    'Expected regular expression <e> to not match <a>,<b> but it did match.'
Add-Comparison MatchExactly -Alias CMATCH { param($a, $e) $a -cmatch $e } `
    'Expected regular expression <e> to case sensitively match <a>,<b> but it did not match.' `
    'Expected regular expression <e> to not case sensitively match <a>,<b> but it did match.'
Add-Comparison Contain -Array { param($a, $e) @($a) -contains $e } `
    'Expected <e> to be found in collection <a>,<b> but it was not found.' `
    'Expected <e> to not be found in collection <a>,<b> but it was found.'
Add-Comparison BeIn { param($a, $e) @($e) -contains $a } `
    'Expected collection <e> to contain <a>,<b> but it was not found.' `
    'Expected collection <e> to not contain <a>,<b> but it was found.'

Add-Operator HaveCount -Value -Array {
    param($Actual, $Expected, $Not, $Because)
    # Nothing, or one null, is an empty collection.
    $count = if ($null -eq $Actual) { 0 } else { @($Actual).Count }
    if (($count -eq $Expected) -ne $Not) { return }
    if ($Not) { "Expected a collection with size different from $Expected,$(Format-Because $Because) but got collection with that size $(Format-Value $Actual)." }
    elseif ($Expected -eq 0) { "Expected an empty collection,$(Format-Because $Because) but got collection with size $count $(Format-Value $Actual)." }
    else { "Expected a collection with size $Expected,$(Format-Because $Because) but got collection with size $count $(Format-Value $Actual)." }
}
Add-Operator BeNullOrEmpty -Array {
    param($Actual, $Expected, $Not, $Because)
    $holds = $null -eq $Actual -or ($Actual -is [string] -and $Actual.Length -eq 0) -or
        ($Actual -is [System.Collections.IDictionary] -and $Actual.Count -eq 0) -or
        ((Test-List $Actual) -and ($Actual.Count -eq 0 -or ($Actual.Count -eq 1 -and "$($Actual[0])" -eq '')))
    if ($holds -ne $Not) { return }
    if ($Not) { "Expected a value$(Format-Because $Because), but got `$null or empty." -replace ',,', ',' }
    else { "Expected `$null or empty,$(Format-Because $Because) but got $(Format-Value $Actual)." }
}
Add-Operator BeTrue -Array {
    param($Actual, $Expected, $Not, $Because)
    if ([bool]$Actual -eq $Not) {
        $wanted = if ($Not) { '$false' } else { '$true' }
        "Expected $wanted,$(Format-Because $Because) but got $(Format-Value $Actual)."
    }
}
Add-Operator BeFalse -Array {
    param($Actual, $Expected, $Not, $Because)
    if ([bool]$Actual -ne $Not) {
        $wanted = if ($Not) { '$true' } else { '$false' }
        "Expected $wanted,$(Format-Because $Because) but got $(Format-Value $Actual)."
    }
}
Add-Operator BeOfType -Alias HaveType -Value {
    param($Actual, $Expected, $Not, $Because)
    $type = $Expected
    if ($Expected -is [string]) {
        try { $type = Invoke-Expression "[$($Expected -replace '^\[|\]$')]" } catch { $type = $null }
    }
    if ($null -eq $type) { throw "Could not find type [$Expected]. Make sure that the assembly that contains that type is loaded." }
    if (($Actual -is $type) -ne $Not) { return }
    $is = if ($null -eq $Actual) { '[none]' } else { "[$($Actual.GetType())]" }
    if ($Not) { "Expected the value to not have type [$type] or any of its subtypes,$(Format-Because $Because) but got $(Format-Value $Actual) with type $is." }
    else { "Expected the value to have type [$type] or any of its subtypes,$(Format-Because $Because) but got $(Format-Value $Actual) with type $is." }
}
Add-Operator Exist {
    param($Actual, $Expected, $Not, $Because)
    if ([bool](Test-Path -Path $Actual) -ne $Not) { return }
    if ($Not) { "Expected path $(Format-Value $Actual) to not exist,$(Format-Because $Because) but it did exist." }
    else { "Expected path $(Format-Value $Actual) to exist,$(Format-Because $Because) but it did not exist." }
}

function Add-FileOperator {
    param([string]$Name, [scriptblock]$Holds, [string]$How)
    Add-Operator $Name -Value -Data @{ Holds = $Holds; Words = $How } -Test {
        param($Actual, $Expected, $Not, $Because, $Option, $Data)
        if (-not (Test-Path -LiteralPath $Actual)) { throw "Cannot find path '$Actual' because it does not exist." }
        if ([bool](& $Data.Holds $Actual $Expected) -ne $Not) { return }
        $word = if ($Not) { 'not ' } else { '' }
        $found = if ($Not) { 'was' } else { 'was not' }
        "Expected $(Format-Value $Expected) to ${word}be $($Data.Words)found in file $(Format-Value $Actual),$(Format-Because $Because) but it $found found."
    }
}
Add-FileOperator FileContentMatch { param($path, $e) @(Get-Content -LiteralPath $path) -match $e } ''
Add-FileOperator FileContentMatchExactly { param($path, $e) @(Get-Content -LiteralPath $path) -cmatch $e } 'case sensitively '
Add-FileOperator FileContentMatchMultiline { param($path, $e) (Get-Content -LiteralPath $path -Raw) -match "(?m)$e" } ''

Add-Operator Throw -Option ErrorId, ExceptionType, ExpectedMessage, PassThru {
    param($Actual, $Expected, $Not, $Because, $Option)
    if ($null -eq $Actual -or $Actual -isnot [scriptblock]) {
        throw 'Input is missing or not a ScriptBlock. Input to ''-Throw'' and ''-Not -Throw'' must be enclosed in curly braces.'
    }
    $caught = $null
    try { $null = & $Actual } catch { $caught = $_ }
    $wantedMessage = if ($Option.Contains('ExpectedMessage')) { $Option.ExpectedMessage } else { $Expected }
    $wanted = @()
    if ($Option.ExceptionType) { $wanted += "with type [$($Option.ExceptionType)]" }
    if ($wantedMessage) { $wanted += "with message $(Format-Value $wantedMessage)" }
    if ($Option.ErrorId) { $wanted += "with FullyQualifiedErrorId $(Format-Value $Option.ErrorId)" }
    $words = if ($wanted) { ", $($wanted -join ', ')" } else { '' }
    if ($null -eq $caught) {
        if (-not $Not) { return "Expected an exception$words to be thrown,$(Format-Because $Because) but no exception was thrown." }
        return
    }
    $exception = $caught.Exception
    $wrong = @()
    if ($Option.ExceptionType -and $exception -isnot $Option.ExceptionType) { $wrong += "the exception type was [$($exception.GetType())]" }
    if ($wantedMessage) {
        # Without wildcards any part of the message will do, as in Pester 4.
        $message = "$($exception.Message)"
        $fits = $message -like "*$($wantedMessage)*" -or $message -like $wantedMessage -or $message.Contains("$wantedMessage")
        if (-not $fits) { $wrong += "the message was $(Format-Value $message)" }
    }
    if ($Option.ErrorId -and $caught.FullyQualifiedErrorId -notlike "*$($Option.ErrorId)*") {
        $wrong += "the FullyQualifiedErrorId was $(Format-Value $caught.FullyQualifiedErrorId)"
    }
    $where = if ($caught.InvocationInfo.ScriptName) { "$($caught.InvocationInfo.ScriptName):$($caught.InvocationInfo.ScriptLineNumber) char:$($caught.InvocationInfo.OffsetInLine)" } else { "line:$($caught.InvocationInfo.ScriptLineNumber) char:$($caught.InvocationInfo.OffsetInLine)" }
    if ($Not) {
        if ($wrong -and $wanted) { return }
        return "Expected no exception$words to be thrown,$(Format-Because $Because) but an exception $(Format-Value $exception.Message) was thrown from $where."
    }
    if ($wrong) { return "Expected an exception$words to be thrown,$(Format-Because $Because) but $($wrong -join ' and '). from $where" }
    if ($Option.PassThru) { $script:Passed = $caught }
}

# Should -Invoke and its old name look at the calls of a mock.
foreach ($name in 'Invoke', 'InvokeVerifiable') {
    $script:Operators[$name] = [pscustomobject]@{ Name = $name; Test = $null; Value = $false; Array = $true; Option = @() }
}

function Get-OperatorOf {
    param($Word)
    if ($Word -isnot [string]) { return }
    $script:Operators[$Word.TrimStart('-').TrimEnd(':')]
}

# Reads the words behind Should.
function Read-Assertion {
    param([object[]]$Words)
    $assertion = [pscustomobject]@{ Operator = $null; Expected = $null; Not = $false; Because = $null; Option = @{}; Actual = $null; HasActual = $false; Rest = @() }
    for ($i = 0; $i -lt $Words.Count; $i++) {
        $word = $Words[$i]
        $name = if ($word -is [string]) { $word.TrimStart('-').TrimEnd(':') } else { '' }
        if ($null -eq $assertion.Operator) {
            if ($name -eq 'Not') { $assertion.Not = $true; continue }
            if ($name -eq 'ActualValue') { $assertion.Actual = $Words[++$i]; $assertion.HasActual = $true; continue }
            if ($name -eq 'Because') { $assertion.Because = $Words[++$i]; continue }
            $operator = Get-OperatorOf $word
            if ($null -eq $operator) { throw "'$word' is not a valid Should operator." }
            $assertion.Operator = $operator
            if ($operator.Name -like 'Invoke*') { $assertion.Rest = @($Words | Select-Object -Skip ($i + 1)); break }
            if ($operator.Value) {
                if ($i + 1 -lt $Words.Count -and $Words[$i + 1] -is [string] -and $Words[$i + 1] -eq '-ExpectedValue') { $i++ }
                $assertion.Expected = $Words[++$i]
            }
            continue
        }
        if ($name -eq 'Not' -and "$word" -like '-*') { $assertion.Not = $true }
        elseif ($name -eq 'Because' -and "$word" -like '-*') { $assertion.Because = $Words[++$i] }
        elseif ($name -eq 'ActualValue' -and "$word" -like '-*') { $assertion.Actual = $Words[++$i]; $assertion.HasActual = $true }
        elseif ($name -eq 'PassThru' -and "$word" -like '-*') { $assertion.Option['PassThru'] = $true }
        elseif ("$word" -like '-*' -and ($full = @($assertion.Operator.Option) -like "$name*")) {
            $assertion.Option[@($full)[0]] = $Words[++$i]
        }
        elseif ($assertion.Operator.Name -eq 'Throw' -and $null -eq $assertion.Expected) { $assertion.Expected = $word }
        elseif ($null -eq $assertion.Because) { $assertion.Because = $word }
    }
    if ($null -eq $assertion.Operator) { throw 'You must provide an operator: Should -Be $value.' }
    $assertion
}

function New-Failure {
    param([string]$Message, $Invocation)
    $place = @{ Message = $Message; File = $Invocation.ScriptName; Line = $Invocation.ScriptLineNumber; LineText = "$($Invocation.Line)".TrimEnd() }
    [System.Management.Automation.ErrorRecord]::new([Exception]::new($Message), 'PesterAssertionFailed', 'InvalidResult', $place)
}

function Should {
    $assertion = Read-Assertion $args
    $operator = $assertion.Operator
    if ($operator.Name -eq 'Invoke') {
        $message = Test-MockCall -Words $assertion.Rest -Not $assertion.Not -Because $assertion.Because
        if ($message) { throw (New-Failure $message $MyInvocation) }
        return
    }
    if ($operator.Name -eq 'InvokeVerifiable') { Assert-VerifiableMock; return }
    $values = [System.Collections.ArrayList]@()
    if ($assertion.HasActual) { [void]$values.Add($assertion.Actual) }
    else { foreach ($item in $input) { [void]$values.Add($item) } }
    if ($operator.Array -or $values.Count -eq 0) {
        $whole = if ($values.Count -eq 0) { $null } elseif ($values.Count -eq 1) { $values[0] } else { $values.ToArray() }
        $values = [System.Collections.ArrayList]@()
        [void]$values.Add($whole)
    }
    $script:Passed = $null
    foreach ($value in $values) {
        $message = & $operator.Test $value $assertion.Expected $assertion.Not $assertion.Because $assertion.Option $operator.Data
        if ($message) { throw (New-Failure $message $MyInvocation) }
    }
    if ($assertion.Option.PassThru) { $script:Passed }
}
