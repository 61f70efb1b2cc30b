package io.vmha.center.journal;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One JSON object that is read key by key; what was not asked for in the end is refused. Confined to one reading. */
final class JsonObject {
    private final String path;
    private final Map<?, ?> members;
    private final Set<String> read = new HashSet<>();

    private JsonObject(String path, Map<?, ?> members) {
        this.path = path;
        this.members = members;
    }

    static JsonObject of(String path, Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonObject(path, members);
        }
        throw wrong(path, value, "an object is expected");
    }

    static IllegalArgumentException wrong(String path, Object value, String rule) {
        return new IllegalArgumentException(path + ": " + JsonText.shown(value) + ": " + rule);
    }

    private String place(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private @Nullable Object member(String key) {
        read.add(key);
        return members.get(key);
    }

    private Object required(String key) {
        Object value = member(key);
        if (value == null) {
            throw new IllegalArgumentException(place(key) + " is missing");
        }
        return value;
    }

    String text(String key) {
        Object value = required(key);
        if (value instanceof String text) {
            return text;
        }
        throw wrong(place(key), value, "a text is expected");
    }

    long number(String key) {
        Object value = required(key);
        if (value instanceof Long number) {
            return number;
        }
        throw wrong(place(key), value, "a whole number is expected");
    }

    /** A whole number, 0 or more. */
    long count(String key) {
        long number = number(key);
        if (number < 0) {
            throw wrong(place(key), number, "it must be 0 or more");
        }
        return number;
    }

    /** False where it is absent. */
    boolean flag(String key) {
        Object value = member(key);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw wrong(place(key), value, "true or false is expected");
    }

    Instant instant(String key) {
        return parsed(key, Instant::parse);
    }

    <E extends Enum<E>> E constant(String key, Class<E> type) {
        return parsed(key, text -> oneOf(text, type));
    }

    static <E extends Enum<E>> E oneOf(String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "one of " + Arrays.toString(type.getEnumConstants()) + " is expected"));
    }

    /** A text that something else is made of, which may refuse it. */
    <T> T parsed(String key, Function<String, T> parse) {
        return parsed(place(key), text(key), parse);
    }

    private static <T> T parsed(String place, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException | DateTimeException refused) {
            throw wrong(place, text, String.valueOf(refused.getMessage()));
        }
    }

    <T> Optional<T> optional(String key, Function<String, T> parse) {
        return members.containsKey(key) ? Optional.of(parsed(key, parse)) : Optional.empty();
    }

    /** Empty where it is absent; the value must be an object with no more than what is read of it. */
    <T> Optional<T> optionalObject(String key, Function<JsonObject, T> parse) {
        return members.containsKey(key)
                ? Optional.of(of(place(key), required(key)).whole(parse))
                : Optional.empty();
    }

    /** Empty where it is absent; each value must be an object with no more than what is read of it. */
    <T> List<T> objects(String key, Function<JsonObject, T> parse) {
        List<T> values = new ArrayList<>();
        for (Object value : list(key)) {
            JsonObject object = of(place(key) + "[" + values.size() + "]", value);
            values.add(object.whole(parse));
        }
        return values;
    }

    <T> List<T> texts(String key, Function<String, T> parse) {
        List<T> values = new ArrayList<>();
        for (Object value : list(key)) {
            String place = place(key) + "[" + values.size() + "]";
            if (!(value instanceof String text)) {
                throw wrong(place, value, "a text is expected");
            }
            T parsed = parsed(place, text, parse);
            if (values.contains(parsed)) {
                throw wrong(place, value, "it comes twice");
            }
            values.add(parsed);
        }
        return values;
    }

    private List<?> list(String key) {
        Object value = member(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> values) {
            return values;
        }
        throw wrong(place(key), value, "a list is expected");
    }

    /** Reads it whole: a key that nobody asked for is refused, and what is made of it may refuse what it is made of. */
    <T> T whole(Function<JsonObject, T> parse) {
        T made;
        try {
            made = parse.apply(this);
        } catch (IllegalArgumentException refused) {
            String why = String.valueOf(refused.getMessage());
            throw path.isEmpty() || why.startsWith(path)
                    ? refused
                    : new IllegalArgumentException(path + ": " + why, refused);
        }
        for (Object key : members.keySet()) {
            if (!read.contains(String.valueOf(key))) {
                throw new IllegalArgumentException(
                        place("") + JsonText.shown(String.valueOf(key)) + ": there is no such key");
            }
        }
        return made;
    }
}
