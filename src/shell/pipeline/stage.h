#pragma once
// One command of a running pipeline. All stages are prepared (arguments bound) first, then all begin, then
// the first one runs and pushes objects to the right, then they end from left to right.
#include <memory>
#include <string>

#include "shell/eval/interpreter.h"
#include "shell/pipeline/sink.h"

namespace hvsh::shell {

class Stage : public Sink {
 public:
  explicit Stage(Interpreter& interpreter);

  virtual Flow prepare(bool input_expected);
  virtual Flow begin() { return Flow::more; }
  virtual Flow run() = 0;                // as the first stage: there is no input
  Flow write(Value value) override = 0;  // one object from the stage before
  virtual Flow end() { return Flow::more; }
  // After the pipeline, however it ended. Its errors are shown and stop nobody.
  virtual void clean() {}

  // Sends one object on. What comes back is remembered, so that it is clear who asked to stop.
  Flow emit(Value value);
  Flow emit_unrolled(Value value);

  // What this stage's output runs into; itself when it is kept or counted on the way.
  const Sink* output_target() const {
    return out_capture_ == nullptr && pipeline_variable_ == 0 && output_ != nullptr ? output_->target()
                                                                                    : output_;
  }

  // This stage needs no more input (Select-Object -First): those before it do not end.
  bool done() const { return done_; }
  // The stages behind this one need no more output.
  bool closed() const { return closed_; }

  void connect(Sink& next, bool is_last) {
    output_ = redirected_ != nullptr ? redirected_.get() : &next;
    is_last_ = is_last;
  }
  void redirect_output(std::unique_ptr<Sink> sink) { redirected_ = std::move(sink); }
  void redirect_stream(size_t stream, std::unique_ptr<Sink> sink);
  void merge_stream(size_t stream) { merged_[stream] = true; }
  bool redirects_output() const { return redirected_ != nullptr; }
  bool merges(size_t stream) const { return merged_[stream]; }
  // Streams of the commands inside this stage; filled by prepare().
  const Streams& streams() const { return streams_; }

 protected:
  // The Flow of this stage's own body: `enough` that did not come from behind is this stage's wish.
  Flow after_own_body(Flow flow) {
    if (flow == Flow::enough && !closed_) done_ = true;
    return flow;
  }

  Interpreter& interpreter_;
  Ref<Frame> caller_;  // the scope that the command stands in
  Streams streams_;
  Sink* output_ = nullptr;
  ListObject* out_capture_ = nullptr;  // -OutVariable
  Symbol pipeline_variable_ = 0;
  bool is_last_ = false;
  bool done_ = false;
  bool closed_ = false;

 private:
  std::unique_ptr<Sink> redirected_;
  std::vector<std::unique_ptr<Sink>> stream_sinks_;
  bool merged_[kStreamCount] = {};
};

// Passes objects on as a stage's output.
class EmitSink final : public Sink {
 public:
  explicit EmitSink(Stage& stage) : stage_(stage) {}
  Flow write(Value value) override { return stage_.emit(std::move(value)); }
  const Sink* target() const override { return stage_.output_target(); }

 private:
  Stage& stage_;
};

// An expression at the head of a pipeline.
class ExpressionStage final : public Stage {
 public:
  ExpressionStage(Interpreter& interpreter, const Expr& expr) : Stage(interpreter), expr_(expr) {}
  Flow run() override;
  Flow write(Value) override { return Flow::more; }

 private:
  const Expr& expr_;
};

}  // namespace hvsh::shell
