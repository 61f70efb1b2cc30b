package io.vmha.lab;

import java.util.Locale;
import java.util.OptionalLong;

/** A run's figures as a table for a terminal and a README. */
final class SummaryText {
    private SummaryText() {}

    static String of(RunSummary summary) {
        StringBuilder text = new StringBuilder("""
                | fault | detected | decided | fenced | redirected | no healthy answer | failed of its users | of others | slow |
                | --- | --- | --- | --- | --- | --- | --- | --- | --- |
                """);
        for (RunSummary.Phase phase : summary.phases()) {
            text.append("| (%s) %s | %s | %s | %s | %s | %s | %d | %d | %d |%n"
                    .formatted(
                            phase.mark().phase(),
                            phase.mark().text(),
                            milliseconds(phase.detected()),
                            milliseconds(phase.decided()),
                            milliseconds(phase.fenced()),
                            milliseconds(phase.redirected()),
                            milliseconds(phase.gap()),
                            phase.failedOfAffected(),
                            phase.failedOfOthers(),
                            phase.slow()));
        }
        text.append("%d requests, %d failed, %d slower than %d ms; %d acknowledged rows, %d lost%n"
                .formatted(
                        summary.requests(),
                        summary.failed(),
                        summary.slow(),
                        RunSummary.SLOW_MS,
                        summary.acknowledgedRows(),
                        summary.lostRows()));
        summary.reigns()
                .forEach(reign ->
                        text.append("%d writes by the %s's database%n".formatted(reign.writes(), reign.database())));
        summary.takeover().ifPresent(takeover -> text.append(takeover.text()).append('\n'));
        summary.violations()
                .forEach(
                        violation -> text.append("VIOLATED: ").append(violation).append('\n'));
        return text.toString();
    }

    static String milliseconds(OptionalLong value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%,d ms", value.getAsLong()) : "-";
    }
}
