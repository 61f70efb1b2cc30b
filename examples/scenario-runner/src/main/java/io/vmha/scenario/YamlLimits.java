package io.vmha.scenario;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * Refuses YAML that could exhaust the stack or the memory, before a tree is made of it: what it looks at is a flat stream. An
 * alias counts as all that it stands for. Made for one file; confined to the thread that made it.
 */
final class YamlLimits {
    static final int MAX_DEPTH = 20;
    static final int MAX_VALUES = 1_000_000;
    static final int MAX_TEXT = 10_000;

    private record Open(Optional<Anchor> anchor, long valuesBefore) {}

    private final String file;
    private final Deque<Open> open = new ArrayDeque<>();
    private final Set<Anchor> openAnchors = new HashSet<>();
    private final Map<Anchor, Long> sizes = new HashMap<>();
    private long values;

    YamlLimits(String file) {
        this.file = file;
    }

    /**
     * Looks at the file's events.
     *
     * @throws ScenarioException naming the place and the limit that is passed there
     */
    void check(Iterable<Event> events) {
        for (Event event : events) {
            if (event instanceof CollectionStartEvent start) {
                begin(start);
            } else if (event instanceof CollectionEndEvent) {
                end();
            } else if (event instanceof ScalarEvent scalar) {
                text(scalar);
            } else if (event instanceof AliasEvent alias) {
                alias(alias);
            }
            if (values > MAX_VALUES) {
                throw error(event, "has more than " + MAX_VALUES + " values");
            }
        }
    }

    private void begin(CollectionStartEvent start) {
        open.push(new Open(start.getAnchor(), values++));
        start.getAnchor().ifPresent(openAnchors::add);
        if (open.size() > MAX_DEPTH) {
            throw error(start, "is nested more than " + MAX_DEPTH + " levels deep");
        }
    }

    private void end() {
        Open ended = open.pop();
        ended.anchor().ifPresent(anchor -> {
            openAnchors.remove(anchor);
            sizes.put(anchor, values - ended.valuesBefore());
        });
    }

    private void text(ScalarEvent scalar) {
        values++;
        scalar.getAnchor().ifPresent(anchor -> sizes.put(anchor, 1L));
        if (scalar.getValue().length() > MAX_TEXT) {
            throw error(scalar, "a value has more than " + MAX_TEXT + " characters");
        }
    }

    private void alias(AliasEvent alias) {
        if (openAnchors.contains(alias.getAlias())) {
            throw error(alias, "*" + alias.getAlias() + " stands within what it stands for");
        }
        values += sizes.getOrDefault(alias.getAlias(), 1L);
    }

    private ScenarioException error(Event event, String message) {
        String place = event.getStartMark()
                .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                .orElse("");
        return new ScenarioException(file + place + ": " + message);
    }
}
