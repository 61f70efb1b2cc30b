package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.vmha.lab.Recording.Event;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SoakSummaryTest {
    private static final long START = 1_000_000;

    private final Fault flipped = new Fault(
            "the filesystem of mw11 flips",
            "mw11",
            ImmutableSet.of("mw11"),
            START + 10_000,
            OptionalLong.of(START + 70_000));
    private final Fault unplugged = new Fault(
            "the plug of h2 is pulled", "h2", ImmutableSet.of("mw21", "mw22"), START + 90_000, OptionalLong.empty());

    @Test
    void aFaultIsFoundWhenItsSubjectIsReportedAndAllThatFollowsFromItIsNoFalseAlarm() {
        SoakSummary summary = summary(
                report(11_500, "FILESYSTEM_READ_ONLY of mw11"),
                done(12_000, "POWER_OFF", "power off mw11 on h1"),
                report(92_000, "HOST_UNREACHABLE of h2"),
                done(93_000, "FENCE_HOST", "fence host h2"),
                report(94_000, "POWERED_OFF of mw22"));

        assertThat(summary.isGood()).isTrue();
        assertThat(summary.found())
                .extracting(SoakSummary.Found::afterMs)
                .containsExactly(OptionalLong.of(1_500), OptionalLong.of(2_000));
        assertThat(summary.healthyGuestTime()).isEqualTo(Duration.ofSeconds(12 * 100 - 60 - 2 * 10));
        assertThat(summary.text()).contains("1.5 s", "60.0 s", "0 false alarms in 18 minutes");
    }

    @Test
    void aFaultThatNobodyReportedIsNotFound() {
        SoakSummary summary = summary(report(92_000, "HOST_UNREACHABLE of h2"));

        assertThat(summary.isGood()).isFalse();
        assertThat(summary.falseAlarms()).isEmpty();
        assertThat(summary.text()).contains("| the filesystem of mw11 flips | NOT FOUND |");
    }

    @Test
    void whatIsReportedOfHealthyGuestsIsAFalseAlarmAndSoIsAnythingBeforeTheFaultOrAfterItsEnd() {
        SoakSummary summary = summary(
                report(5_000, "GUEST_HUNG of mw11"),
                report(11_500, "FILESYSTEM_READ_ONLY of mw11"),
                done(12_000, "POWER_OFF", "power off mw12 on h1"),
                report(71_000, "GUEST_HUNG of mw11"),
                report(92_000, "HOST_UNREACHABLE of h2"),
                done(93_000, "FENCE_HOST", "fence host h1"));

        assertThat(summary.isGood()).isFalse();
        assertThat(summary.falseAlarms())
                .containsExactly(
                        "5 s: GUEST_HUNG of mw11",
                        "12 s: power off mw12 on h1",
                        "71 s: GUEST_HUNG of mw11",
                        "93 s: fence host h1");
    }

    @Test
    void anEventWhoseSubjectIsNotUnderstoodCountsAsAFalseAlarm() {
        assertThat(summary(report(5_000, "something else")).falseAlarms()).hasSize(1);
    }

    private SoakSummary summary(Event... events) {
        return SoakSummary.of(List.of(events), List.of(flipped, unplugged), 12, START, START + 100_000);
    }

    private static Event report(long after, String text) {
        return new Event(START + after, START + after, "ReportAccepted", Optional.empty(), "", "", text);
    }

    private static Event done(long after, String kind, String text) {
        return new Event(START + after, START + after, "ActionEnded", Optional.of("1"), kind, "DONE", text);
    }
}
