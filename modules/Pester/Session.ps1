# Blocks that belong to the session that imports the module, not to the module: what they run sees the variables of
# the tests, and what they define is seen by them. The module takes them over and removes the variable.
$global:__PesterSession = @{
    # A test file.
    RunFile   = { param($__file, $__parameters) & $__file @__parameters }
    # Blocks after each other in one scope of their own.
    RunBlocks = {
        param($__blocks, $__variables, $__arguments)
        foreach ($__name in @($__variables.Keys)) { Set-Variable -Name $__name -Value $__variables[$__name] }
        foreach ($__block in $__blocks) { . $__block @__arguments }
    }
    # One test with what stands before and behind it, in one scope. What failed first is thrown at the end.
    RunTest   = {
        param($__before, $__test, $__after, $__variables, $__arguments)
        foreach ($__name in @($__variables.Keys)) { Set-Variable -Name $__name -Value $__variables[$__name] }
        $__failure = $null
        try {
            foreach ($__block in $__before) { . $__block }
            . $__test @__arguments
        }
        catch { $__failure = $_ }
        foreach ($__block in $__after) {
            try { . $__block } catch { if (-not $__failure) { $__failure = $_ } }
        }
        if ($__failure) { throw $__failure }
    }
    # A command as the tests see it.
    Find      = { param($__name) Get-Command -Name $__name -ErrorAction Ignore | Select-Object -First 1 }
    # A function, by its text, in the scope that is running.
    Define    = { param($__text) Invoke-Expression -Command $__text }
}
