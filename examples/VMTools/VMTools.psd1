@{
    RootModule        = 'VMTools.psm1'
    ModuleVersion     = '1.2.0'
    GUID              = '6f1c2b1e-3c69-4f0a-9d0a-0c8b2a7e5f10'
    Author            = 'The hvsh authors'
    Description       = 'Small tools around virtual machines.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @('Get-VMAge', 'Wait-VMState', 'Copy-VMSetting', 'ConvertTo-SizeText')
    AliasesToExport   = @('vmage')
}
