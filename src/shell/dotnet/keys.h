#pragma once
// $Host.UI.RawUI.ReadKey and [Console]::ReadKey: one key from the terminal.
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

Result<Value> read_raw_key(const Call& call);      // ReadKey(), ReadKey(options): a KeyInfo
Result<Value> read_console_key(const Call& call);  // ReadKey(), ReadKey(intercept): a ConsoleKeyInfo
Result<Value> key_available(const Call& call);
Result<Value> flush_keys(const Call& call);

}  // namespace hvsh::shell::dotnet
