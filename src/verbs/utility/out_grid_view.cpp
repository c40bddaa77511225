#include "core/cmdlet.h"

namespace hvsh::verbs {

// There is no window to show a grid in, and a listing in its place could be taken for a choice that was made;
// so it is refused where an answer is wanted, and listed with a warning where it only shows.
struct OutGridView {
  Value input_object;
  std::string title, output_mode;
  Switch wait, pass_thru;

  enum Set : SetMask { Pass = 1, Wait = 2, Output = 4 };
  static constexpr std::string_view kSets[] = {"PassThru", "Wait", "OutputMode"};
  static constexpr std::string_view kModes[] = {"None", "Single", "Multiple"};
  static constexpr Param kParams[] = {
      param<&OutGridView::input_object>("InputObject", {.from_pipeline = true}, "Objects to show."),
      param<&OutGridView::title>("Title", {.not_null_or_empty = true}, "What the window is called."),
      param<&OutGridView::wait>("Wait", {.sets = Wait}, "Until the window is closed; there is none."),
      param<&OutGridView::output_mode>("OutputMode", {.sets = Output, .values = kModes},
                                       "What may be chosen."),
      param<&OutGridView::pass_thru>("PassThru", {.sets = Pass}, "What is chosen goes on."),
  };
  static constexpr std::string_view kAliases[] = {"ogv"};
  static constexpr Example kExamples[] = {{"Get-VM | Out-GridView", "*", "Lists machines, with a warning."}};
  static constexpr Decl decl{.verb = "Out",
                             .noun = "GridView",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.OutGridViewCommand",
                             .synopsis = "Lists objects as text: there are no windows here."};

  Flow begin(Context& context) {
    if (!pass_thru && (output_mode.empty() || equal_ascii(output_mode, "None"))) return Flow::more;
    return context.terminate({.id = "GridViewCannotChoose",
                              .category = ErrorCategory::NotImplemented,
                              .message = "Out-GridView cannot let anybody choose: there are no windows here.",
                              .hint = "Choose with Where-Object, or ask with Read-Host."});
  }
  Flow process(Context&) {
    if (!input_object.is_null()) objects_.push_back(input_object);
    return Flow::more;
  }
  Flow end(Context& context) {
    if (const Flow flow = context.warning("There are no windows here; the grid is listed as text.");
        flow != Flow::more)
      return flow;
    std::string text = context.format_text(objects_, 0);
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return context.information(Value::string(std::move(text)), true, true);
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(OutGridView);

}  // namespace hvsh::verbs
