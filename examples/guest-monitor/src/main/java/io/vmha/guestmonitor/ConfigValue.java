package io.vmha.guestmonitor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A value in a configuration file that knows its place. A mapping keeps account of what was asked for. Confined to one thread. */
final class ConfigValue {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

    private final String file;
    private final String path;
    private final Node node;
    private final Map<String, ConfigValue> entries = new LinkedHashMap<>();
    private final Set<String> known = new HashSet<>();

    ConfigValue(String file, String path, Node node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                String key = new ConfigValue(file, path, tuple.getKeyNode()).text();
                String childPath = path.isEmpty() ? key : path + "." + key;
                ConfigValue value = new ConfigValue(file, childPath, tuple.getValueNode());
                if (entries.put(key, value) != null) {
                    throw value.error("the key stands twice");
                }
            }
        }
    }

    ConfigException error(String message) {
        String place = node.getStartMark()
                .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse("");
        return new ConfigException(file + place + ": " + (path.isEmpty() ? "" : path + ": ") + message);
    }

    /** Runs what may refuse the value, and says where the value is if it does. */
    <T> T checked(Function<ConfigValue, T> reader) {
        try {
            return reader.apply(this);
        } catch (IllegalArgumentException refused) {
            throw error(String.valueOf(refused.getMessage()));
        }
    }

    boolean has(String key) {
        known.add(key);
        return entries.containsKey(key);
    }

    ConfigValue required(String key) {
        known.add(key);
        ConfigValue value = entries.get(key);
        if (value == null) {
            throw error(key + " is missing");
        }
        return value;
    }

    <T> T optional(String key, T absent, Function<ConfigValue, T> reader) {
        return has(key) ? required(key).checked(reader) : absent;
    }

    /** Refuses a value that is no mapping, and keys that nobody has asked for. */
    void refuseUnknown() {
        if (!(node instanceof MappingNode)) {
            throw error("must be a mapping");
        }
        entries.forEach((key, value) -> {
            if (!known.contains(key)) {
                throw value.error("unknown key; known are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    List<ConfigValue> list() {
        if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
            throw error("must be a list that is not empty");
        }
        List<ConfigValue> values = new ArrayList<>();
        int index = 0;
        for (Node child : sequence.getValue()) {
            values.add(new ConfigValue(file, path + "[" + index++ + "]", child));
        }
        return List.copyOf(values);
    }

    List<String> texts() {
        return list().stream().map(ConfigValue::text).toList();
    }

    String text() {
        if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
            return scalar.getValue();
        }
        throw error("must be a single value");
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    double number() {
        try {
            return Double.parseDouble(text());
        } catch (NumberFormatException notNumber) {
            throw error("must be a number: " + text());
        }
    }

    int integer() {
        try {
            return Integer.parseInt(text());
        } catch (NumberFormatException notWhole) {
            throw error("must be a whole number: " + text());
        }
    }

    /** A time such as 500ms, 1s or 2m, more than 0. */
    Duration duration() {
        Matcher parts = DURATION.matcher(text());
        if (!parts.matches()) {
            throw error("must be a time such as 500ms, 1s or 2m: " + text());
        }
        long count = Long.parseLong(parts.group(1));
        if (count == 0) {
            throw error("must be more than 0: " + text());
        }
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            default -> Duration.ofMinutes(count);
        };
    }

    <E extends Enum<E>> E oneOf(Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text())) {
                return constant;
            }
        }
        throw error("must be one of " + List.of(type.getEnumConstants()) + ": " + text());
    }

    String path() {
        return path;
    }
}
