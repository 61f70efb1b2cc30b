package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A value in a scenario file that knows its place, so that what is wrong with it can be said exactly. Immutable. */
final class YamlValue {
    /** 100 years: clocks, and sums of what is added to them, hold some more. */
    static final long MAX_SECONDS = 3_155_760_000L;

    private final String file;
    private final String path;
    private final Node node;

    YamlValue(String file, String path, Node node) {
        this.file = file;
        this.path = path;
        this.node = node;
    }

    ScenarioException error(String message) {
        String place = node.getStartMark()
                .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse("");
        String where = path.isEmpty() ? "" : path + ": ";
        return new ScenarioException(file + place + ": " + where + message);
    }

    /** Runs what may refuse the value, and says where the value is if it does. */
    <T> T checked(Function<YamlValue, T> reader) {
        try {
            return reader.apply(this);
        } catch (IllegalArgumentException refused) {
            throw error(String.valueOf(refused.getMessage()));
        }
    }

    /** The entries of a mapping, which may have the allowed keys only, each once. */
    Map<String, YamlValue> mapping(Set<String> allowed) {
        Map<String, YamlValue> entries = entries();
        entries.forEach((key, value) -> {
            if (!allowed.contains(key)) {
                throw value.error("unknown key; known are " + String.join(", ", allowed));
            }
        });
        return entries;
    }

    /** The entries of a mapping, each key once. */
    Map<String, YamlValue> entries() {
        if (!(node instanceof MappingNode mapping)) {
            throw error("must be a mapping");
        }
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String key = new YamlValue(file, path, tuple.getKeyNode()).text();
            String name = OneLine.beginning(key);
            String childPath = path.isEmpty() ? name : path + "." + name;
            YamlValue value = new YamlValue(file, childPath, tuple.getValueNode());
            if (entries.put(key, value) != null) {
                throw new YamlValue(file, childPath, tuple.getKeyNode()).error("the key stands twice");
            }
        }
        return entries;
    }

    /** A mapping of one entry, as events are. */
    YamlValue required(Map<String, YamlValue> entries, String key) {
        YamlValue value = entries.get(key);
        if (value == null) {
            throw error(key + " is missing");
        }
        return value;
    }

    List<YamlValue> list() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error("must be a list");
        }
        ImmutableList.Builder<YamlValue> values = ImmutableList.builder();
        int index = 0;
        for (Node child : sequence.getValue()) {
            values.add(new YamlValue(file, path + "[" + index++ + "]", child));
        }
        return values.build();
    }

    boolean isNothing() {
        return node instanceof ScalarNode scalar
                && (scalar.getTag().equals(Tag.NULL) || scalar.getValue().isEmpty());
    }

    /** Whether it is written as nothing: {@code null}, {@code ~} or a key without a value. */
    boolean isNull() {
        return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    /** Its text as it stands in messages. */
    private String quoted() {
        return OneLine.beginning(text());
    }

    String text() {
        if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        throw error("must be a single value");
    }

    boolean bool() {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error("must be true or false: " + quoted());
        };
    }

    /** A whole number within the limits, both included. */
    long integer(long least, long most) {
        try {
            long value = Long.parseLong(text());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notWhole) {
            throw error("must be a whole number: " + quoted());
        }
        throw error("must be from " + least + " to " + most + ": " + quoted());
    }

    /** A number of 0 or more. */
    double number() {
        double value;
        try {
            value = Double.parseDouble(text());
        } catch (NumberFormatException notNumber) {
            throw error("must be a number: " + quoted());
        }
        if (!Double.isFinite(value) || value < 0) {
            throw error("must be a finite number, 0 or more: " + quoted());
        }
        return value;
    }

    /** A number from 0 to the limit. */
    double number(double most) {
        double value = number();
        if (value > most) {
            throw error("must be at most " + most + ": " + quoted());
        }
        return value;
    }

    /** A time or a span of time in seconds: 0 or more, and at most 100 years, with a resolution of a nanosecond. */
    Duration seconds() {
        double seconds = number();
        if (seconds > MAX_SECONDS) {
            throw error("must be at most 100 years, which are " + MAX_SECONDS + " seconds: " + quoted());
        }
        long whole = (long) seconds;
        return Duration.ofSeconds(whole, Math.round((seconds - whole) * 1e9));
    }

    <E extends Enum<E>> E oneOf(Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text())) {
                return constant;
            }
        }
        throw error("must be one of " + ImmutableList.copyOf(type.getEnumConstants()) + ": " + quoted());
    }

    String path() {
        return path;
    }
}
