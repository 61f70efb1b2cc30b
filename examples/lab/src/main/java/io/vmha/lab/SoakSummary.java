package io.vmha.lab;

import com.google.common.collect.ImmutableList;
import io.vmha.lab.Recording.Event;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came of a soak.
 *
 * @param found each real fault, in their order
 * @param falseAlarms what was reported of healthy guests and hosts, and what was powered off of them
 * @param healthyGuestTime for how long guests were healthy, all of them together
 */
record SoakSummary(List<Found> found, List<String> falseAlarms, Duration healthyGuestTime) {
    /** What is reported or powered off: {@code GUEST_HUNG of mw11}, {@code power off mw11 on h1}, {@code fence host h1}. */
    private static final Pattern SUBJECT = Pattern.compile("(?:.* of |power off |fence host )([a-z]+[0-9]+)\\b.*");

    SoakSummary {
        found = List.copyOf(found);
        falseAlarms = List.copyOf(falseAlarms);
    }

    /**
     * A fault and when it was found.
     *
     * @param fault the fault
     * @param afterMs how many milliseconds later the center was told of it; empty where it never was
     * @param as as what; empty where it never was
     */
    record Found(Fault fault, OptionalLong afterMs, String as) {}

    /**
     * Judges a soak.
     *
     * @param events what the center did
     * @param faults the faults that were made, in their order
     * @param guests how many guests there are
     * @param from when it began, in milliseconds since 1970
     * @param until when it ended
     */
    static SoakSummary of(List<Event> events, List<Fault> faults, int guests, long from, long until) {
        ImmutableList.Builder<Found> found = ImmutableList.builder();
        for (Fault fault : faults) {
            Optional<Event> report = events.stream()
                    .filter(SoakSummary::isReport)
                    .filter(event -> subject(event)
                            .filter(name -> name.equals(fault.subject()) && fault.explains(name, event.at()))
                            .isPresent())
                    .findFirst();
            found.add(new Found(
                    fault,
                    report.map(event -> OptionalLong.of(event.at() - fault.at()))
                            .orElse(OptionalLong.empty()),
                    report.map(Event::text).orElse("")));
        }
        List<String> alarms = events.stream()
                .filter(event -> event.at() >= from && event.at() <= until)
                .filter(event -> isReport(event) || event.isDone("POWER_OFF", "FENCE_HOST"))
                .filter(event -> faults.stream()
                        .noneMatch(fault -> subject(event)
                                .filter(name -> fault.explains(name, event.at()))
                                .isPresent()))
                .map(event -> (event.at() - from) / 1_000 + " s: " + event.text())
                .toList();
        long failedMs = faults.stream()
                .mapToLong(
                        fault -> fault.affected().size() * (fault.recoveredAt().orElse(until) - fault.at()))
                .sum();
        return new SoakSummary(found.build(), alarms, Duration.ofMillis(guests * (until - from) - failedMs));
    }

    private static boolean isReport(Event event) {
        return event.type().equals("ReportAccepted");
    }

    private static Optional<String> subject(Event event) {
        Matcher matcher = SUBJECT.matcher(event.text());
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Whether no healthy guest was reported or powered off, and each real fault was found. */
    boolean isGood() {
        return falseAlarms.isEmpty()
                && found.stream().allMatch(fault -> fault.afterMs().isPresent());
    }

    /** The figures as a table for a terminal and a README. */
    String text() {
        StringBuilder text = new StringBuilder("""
                | fault | found as | after | all as before after |
                | --- | --- | ---: | ---: |
                """);
        for (Found one : found) {
            Fault fault = one.fault();
            text.append("| %s | %s | %s | %s |%n"
                    .formatted(
                            fault.text(),
                            one.as().isEmpty() ? "NOT FOUND" : one.as(),
                            seconds(one.afterMs()),
                            seconds(
                                    fault.recoveredAt().isPresent()
                                            ? OptionalLong.of(
                                                    fault.recoveredAt().getAsLong() - fault.at())
                                            : OptionalLong.empty())));
        }
        text.append("%d false alarms in %d minutes of healthy guests%n"
                .formatted(falseAlarms.size(), healthyGuestTime.toMinutes()));
        falseAlarms.forEach(
                alarm -> text.append("FALSE ALARM after ").append(alarm).append('\n'));
        return text.toString();
    }

    private static String seconds(OptionalLong milliseconds) {
        return milliseconds.isEmpty() ? "" : String.format(Locale.ROOT, "%.1f s", milliseconds.getAsLong() / 1_000.0);
    }
}
