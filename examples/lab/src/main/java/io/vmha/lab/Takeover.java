package io.vmha.lab;

import com.google.common.collect.ImmutableList;
import io.vmha.lab.Recording.Event;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What came of it that the leader's host lost its power.
 *
 * @param ledAfter after how many milliseconds another instance led, its center's loop having answered so; empty if none did
 * @param leader who led then, and in which epoch; empty text if nobody did
 * @param open the plans that were decided by then and had not ended
 * @param unfinished those of them that never ended
 */
record Takeover(OptionalLong ledAfter, String leader, List<String> open, List<String> unfinished) {
    /** The phase in which it happens. */
    static final String PHASE = "m";
    /** A lease, of which the others wait 1.2 times as much, and all that is to be done in between and after. */
    static final Duration LIMIT = CenterInstance.LEASE.plusSeconds(2);

    Takeover {
        open = ImmutableList.copyOf(open);
        unfinished = ImmutableList.copyOf(unfinished);
    }

    /** Empty where there was no such fault. */
    static Optional<Takeover> of(Recording recording) {
        return recording.marks().stream()
                .filter(mark -> mark.phase().equals(PHASE))
                .findFirst()
                .map(mark -> of(recording.events(), mark.at()));
    }

    private static Takeover of(List<Event> events, long lost) {
        // An earlier center's plans have numbers of their own, in a journal of its own.
        long since = events.stream()
                .filter(event -> event.type().equals(Recording.LEADS) && event.at() < lost)
                .mapToLong(Event::at)
                .max()
                .orElse(0);
        Set<String> open = new TreeSet<>();
        Set<String> unfinished = new TreeSet<>();
        Optional<Event> led = Optional.empty();
        for (Event event : events) {
            boolean isBefore = event.at() < lost;
            if (event.at() < since) {
                continue;
            }
            if (RunSummary.isDecision(event) && isBefore) {
                event.plan().ifPresent(open::add);
                event.plan().ifPresent(unfinished::add);
            } else if (event.type().equals("PlanEnded")) {
                event.plan().ifPresent(unfinished::remove);
                if (isBefore) {
                    event.plan().ifPresent(open::remove);
                }
            } else if (event.type().equals(Recording.LEADS) && !isBefore && led.isEmpty()) {
                led = Optional.of(event);
            }
        }
        return new Takeover(
                led.map(event -> OptionalLong.of(event.at() - lost)).orElse(OptionalLong.empty()),
                led.map(Event::text).orElse(""),
                List.copyOf(open),
                List.copyOf(unfinished));
    }

    ImmutableList<String> violations() {
        ImmutableList.Builder<String> violations = ImmutableList.builder();
        if (ledAfter.isEmpty()) {
            violations.add("no other instance led after the leader's host lost its power");
        } else if (ledAfter.getAsLong() > LIMIT.toMillis()) {
            violations.add(
                    "another instance led only after " + ledAfter.getAsLong() + " ms, more than " + LIMIT.toMillis());
        }
        if (open.isEmpty()) {
            violations.add("no plan was open when the leader's host lost its power");
        }
        if (!unfinished.isEmpty()) {
            violations.add("what was open when the leader's host lost its power was never finished: " + unfinished);
        }
        return violations.build();
    }

    /** In a sentence. */
    String text() {
        return String.format(
                Locale.ROOT,
                "another instance leads %s after the leader's host lost its power (%s, limit %,d ms); plans open then: %d, finished: %d",
                SummaryText.milliseconds(ledAfter),
                leader,
                LIMIT.toMillis(),
                open.size(),
                open.size() - unfinished.size());
    }
}
