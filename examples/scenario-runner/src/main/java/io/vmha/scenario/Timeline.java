package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The instants at which a scenario's time stands still.
 *
 * @param events what happens at each, in the order written; nothing where a snapshot alone is kept
 * @param kept the instants of which a snapshot is kept, since it reaches the center later
 */
record Timeline(SortedMap<Duration, List<ScenarioEvent>> events, Set<Duration> kept) {

    Timeline {
        events = ImmutableSortedMap.copyOf(events);
        kept = ImmutableSet.copyOf(kept);
    }

    static Timeline of(List<ScenarioEvent> events) {
        Map<Duration, List<ScenarioEvent>> byInstant = new TreeMap<>();
        Set<Duration> kept = new HashSet<>();
        for (ScenarioEvent event : events) {
            byInstant.computeIfAbsent(event.at(), at -> new ArrayList<>()).add(event);
            if (event instanceof ScenarioEvent.Resync resync && !resync.asOf().equals(resync.at())) {
                byInstant.computeIfAbsent(resync.asOf(), at -> new ArrayList<>());
                kept.add(resync.asOf());
            }
        }
        ImmutableSortedMap.Builder<Duration, List<ScenarioEvent>> copy = ImmutableSortedMap.naturalOrder();
        byInstant.forEach((at, together) -> copy.put(at, ImmutableList.copyOf(together)));
        return new Timeline(copy.buildOrThrow(), kept);
    }
}
