#include <algorithm>
#include <iterator>

#include "core/cmdlet.h"

namespace hvsh {

bool is_approved_verb(std::string_view verb) {
  static constexpr std::string_view kVerbs[] = {
      "Add",       "Approve",    "Assert",   "Backup",   "Block",    "Build",     "Checkpoint", "Clear",
      "Close",     "Compare",    "Complete", "Compress", "Confirm",  "Connect",   "Convert",    "ConvertFrom",
      "ConvertTo", "Copy",       "Debug",    "Deny",     "Deploy",   "Disable",   "Disconnect", "Dismount",
      "Edit",      "Enable",     "Enter",    "Exit",     "Expand",   "Export",    "Find",       "ForEach",
      "Format",    "Get",        "Grant",    "Group",    "Hide",     "Import",    "Initialize", "Install",
      "Invoke",    "Join",       "Limit",    "Lock",     "Measure",  "Merge",     "Mount",      "Move",
      "New",       "Open",       "Optimize", "Out",      "Ping",     "Pop",       "Protect",    "Publish",
      "Push",      "Read",       "Receive",  "Redo",     "Register", "Remove",    "Rename",     "Repair",
      "Request",   "Reset",      "Resize",   "Resolve",  "Restart",  "Restore",   "Resume",     "Revoke",
      "Save",      "Search",     "Select",   "Send",     "Set",      "Show",      "Skip",       "Sort",
      "Split",     "Start",      "Step",     "Stop",     "Submit",   "Suspend",   "Switch",     "Sync",
      "Tee",       "Test",       "Trace",    "Unblock",  "Undo",     "Uninstall", "Unlock",     "Unprotect",
      "Unpublish", "Unregister", "Update",   "Use",      "Wait",     "Watch",     "Where",      "Write",
  };
  return std::any_of(std::begin(kVerbs), std::end(kVerbs),
                     [&](std::string_view approved) { return equal_ascii(approved, verb); });
}

}  // namespace hvsh
