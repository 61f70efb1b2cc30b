package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.journal.JournalEntry;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecoveriesTest {
    private static final VmId MW1 = VmId.of("mw1");

    private final Inventory reference = Fixtures.referenceEmbodiment();
    private final List<SubjectDecision> recovery = HaPolicies.builder()
            .build()
            .failover()
            .decide(reference, Fixtures.readOnly("mw1"))
            .parts();

    @Test
    void aRecoveryCountsForExactlyTheWindow() {
        Recoveries recoveries = limitedTo(2, List.of());
        recoveries.count(recovery, at(0));
        recoveries.count(recovery, at(5));

        assertThat(blocked(recoveries, at(10).minusNanos(1))).containsExactly(Reason.RECOVERY_LIMIT);
        assertThat(recoveries.limited(recovery, at(10))).isSameAs(recovery);
    }

    @Test
    void requestsMoveAllTheSame() {
        Recoveries recoveries = limitedTo(1, List.of());
        recoveries.count(recovery, at(0));

        assertThat(recovery).hasAtLeastOneElementOfType(SubjectDecision.Redirect.class);
        assertThat(recoveries.limited(recovery, at(1)))
                .hasSameSizeAs(recovery)
                .hasAtLeastOneElementOfType(SubjectDecision.Redirect.class)
                .hasAtLeastOneElementOfType(SubjectDecision.Blocked.class);
    }

    @Test
    void aPlanOfSeveralDecisionsForOneVmIsOneRecovery() {
        assertThat(recovery).hasSizeGreaterThan(1);

        assertThat(limitedTo(2, List.of()).count(recovery, at(0)))
                .containsExactly(new JournalEntry.VmRecovered(MW1, at(0)));
    }

    @Test
    void whatAnEarlierCenterCountedCounts() {
        List<JournalEntry.VmRecovered> before = List.of(new JournalEntry.VmRecovered(MW1, at(0)));

        assertThat(blocked(limitedTo(1, before), at(1))).containsExactly(Reason.RECOVERY_LIMIT);
    }

    @Test
    void aRepairClearsTheCount() {
        Recoveries recoveries = limitedTo(1, List.of());
        recoveries.count(recovery, at(0));
        List<JournalEntry> entries = recoveries.clear(MW1);

        assertThat(recoveries.limited(recovery, at(1))).isSameAs(recovery);
        assertThat(entries).containsExactly(new JournalEntry.RecoveriesCleared(MW1));
        assertThat(recoveries.clear(MW1)).isEmpty();
    }

    @Test
    void withoutALimitNothingIsCountedOrBlocked() {
        Recoveries recoveries = new Recoveries(Optional.empty(), List.of());

        assertThat(recoveries.count(recovery, at(0))).isEmpty();
        assertThat(recoveries.limited(recovery, at(0))).isSameAs(recovery);
    }

    private List<Reason> blocked(Recoveries recoveries, Instant now) {
        return recoveries.limited(recovery, now).stream()
                .filter(SubjectDecision.Blocked.class::isInstance)
                .map(SubjectDecision::reason)
                .toList();
    }

    private static Recoveries limitedTo(int count, List<JournalEntry.VmRecovered> before) {
        return new Recoveries(Optional.of(new RecoveryLimit(count, Duration.ofSeconds(10))), before);
    }

    private static Instant at(long second) {
        return Instant.EPOCH.plusSeconds(second);
    }
}
