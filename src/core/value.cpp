#include "core/value.h"

#include "core/object.h"

namespace hvsh {

Value Value::string(std::string_view text) { return object(StringObject::make(text)); }
Value Value::string(std::string&& text) { return object(StringObject::make(std::move(text))); }
Value Value::array(std::vector<Value> items) { return object(make<ArrayObject>(std::move(items))); }
Value Value::guid(const Guid& guid) { return object(make<GuidObject>(guid)); }

std::string_view Value::as_string() const {
  assert(is_string());
  return static_cast<StringObject*>(object_)->text();
}

const TypeInfo& Value::type() const {
  switch (kind_) {
    case Kind::nothing:
    case Kind::null: return types::Object;
    case Kind::boolean: return types::Bool;
    case Kind::character: return types::Char;
    case Kind::integer: {
      static constexpr const TypeInfo* kByType[] = {&types::SByte,  &types::Byte,  &types::Int16,
                                                    &types::UInt16, &types::Int32, &types::UInt32,
                                                    &types::Int64,  &types::UInt64};
      return *kByType[sub_];
    }
    case Kind::real: return types::Double;
    case Kind::date_time: return types::DateTime;
    case Kind::time_span: return types::TimeSpan;
    case Kind::enumeration: return enum_->type;
    case Kind::object: return object_->type();
  }
  return types::Object;
}

}  // namespace hvsh
