package io.vmha.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.io.Resources;
import io.vmha.Fixtures;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.ActionResult;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.HostState;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.OpenFault;
import io.vmha.center.journal.ReplicaSetState;
import io.vmha.center.journal.VmState;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CommitRule;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.ObservedCommitRule;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.Explanation;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The bytes of each kind of entry are those that journals out there hold: what changes them needs a new version of the format. */
class EntryCodecTest {
    private static final String GOLDEN = "entries-" + JournalStore.FORMAT + ".txt";
    private static final Instant AT = Instant.parse("2026-03-04T05:06:07.000000089Z");
    private static final VmId DB3 = VmId.of("db3");
    private static final HostId H2 = HostId.of("h2");
    private static final PlanId PLAN = new PlanId(7);
    private static final Action OFF = new Action.PowerOff(DB3, H2);
    private static final OpenFault FAULT = new OpenFault(Fixtures.hostDown("h2"), AT);

    private static List<JournalEntry> entries() {
        SubjectDecision decision = new SubjectDecision.Redirect(
                DB3,
                Trigger.FILESYSTEM_READ_ONLY,
                List.of(DB3),
                VmId.of("db1"),
                ClusterRole.PRIMARY,
                false,
                Explanation.of(() -> "db1 is well"));
        Plan plan = new Plan(
                PLAN,
                List.of(
                        new Step(0, OFF, new TreeSet<>()),
                        new Step(1, new Action.Redirect(DB3, VmId.of("db1")), new TreeSet<>(Set.of(0)))));
        VmState vm = new VmState(
                Fixtures.database("db3", "h2")
                        .load(0.25)
                        .priority(3)
                        .addAntiAffinity(AntiAffinityGroup.of("web"))
                        .servedBy(VmId.of("db1"))
                        .labels(Map.of("team", "blue"))
                        .member("PRIMARY")
                        .replicationLag(Duration.ofMillis(5))
                        .build(),
                Set.of(H2),
                DesiredState.RUNNING,
                List.of(FAULT),
                Set.of(VmState.Flag.UNSEARCHED),
                Optional.of(AT),
                Optional.of(AT.minusSeconds(1)));
        return List.of(
                new JournalEntry.ReportTaken(AT, Fixtures.readOnly("db3")),
                new JournalEntry.PlanOpened(AT, 2, Optional.of(Fixtures.readOnly("db3")), decision, plan, true),
                new JournalEntry.VmRecovered(DB3, AT),
                new JournalEntry.StepStarted(PLAN, 0, 1, OFF, 4, AT),
                new JournalEntry.StepEnded(PLAN, 0, 1, OFF, ActionResult.FAILED, "no answer", AT),
                new JournalEntry.PlanApproved(PLAN, "alice"),
                new JournalEntry.VmNoted(vm),
                new JournalEntry.HostNoted(new HostState(
                        Fixtures.host("h2", ClusterRole.PRIMARY).build(), Optional.of(FAULT), true, Optional.of(AT))),
                new JournalEntry.ReplicaSetNoted(new ReplicaSetState(
                        ReplicaSetId.of("stock"),
                        3,
                        Optional.of(MemberId.of("standby")),
                        Set.of(MemberId.of("primary")),
                        Optional.of(new ObservedCommitRule(
                                new CommitRule(
                                        CommitRule.Kind.PRIORITY,
                                        1,
                                        Set.of(MemberId.of("standby")),
                                        0,
                                        false,
                                        CommitRule.Durability.FLUSHED),
                                MemberId.of("primary"),
                                new LogPosition(2, 77),
                                AT)),
                        Optional.of(new ReplicaSetState(
                                ReplicaSetId.of("stock"),
                                2,
                                Optional.of(MemberId.of("primary")),
                                Set.of(),
                                Optional.empty(),
                                Optional.empty())))),
                new JournalEntry.LeftBehind(new Leftover(DB3, H2, "what its clone replaced", AT)),
                new JournalEntry.HostReturned(H2, List.of(AT, AT.plusSeconds(60))),
                new JournalEntry.VmAway(DB3, HostId.of("h1"), H2),
                new JournalEntry.SettingsChanged(new CenterSettings(true, Optional.of(AutomationLevel.MANUAL))));
    }

    @Test
    void entriesAreWrittenAsTheyWereInThisVersionFromTheBeginning() throws IOException {
        List<String> written = entries().stream()
                .map(entry -> HexFormat.of().formatHex(EntryCodec.encode(entry)))
                .toList();

        assertThat(written).containsExactlyElementsOf(golden());
    }

    @Test
    void whatWasWrittenInThisVersionFromTheBeginningIsRead() throws IOException {
        List<String> read = golden().stream()
                .map(hex -> EntryCodec.decode(HexFormat.of().parseHex(hex), JournalStore.FORMAT)
                        .toString())
                .toList();

        assertThat(read)
                .containsExactlyElementsOf(
                        entries().stream().map(JournalEntry::toString).toList());
    }

    @Test
    void everyKindOfEntryThatIsKeptIsAmongThem() {
        Set<Class<?>> removing = Set.of(
                JournalEntry.PlanClosed.class,
                JournalEntry.VmForgotten.class,
                JournalEntry.HostForgotten.class,
                JournalEntry.LeftoverDeleted.class,
                JournalEntry.RecoveriesCleared.class);
        List<Class<?>> kept = entries().stream().<Class<?>>map(Object::getClass).toList();

        assertThat(JournalEntry.class.getPermittedSubclasses())
                .filteredOn(kind -> !removing.contains(kind))
                .containsExactlyInAnyOrderElementsOf(kept);
    }

    @Test
    void entriesOfAnotherVersionAreRefused() {
        byte[] bytes = EntryCodec.encode(new JournalEntry.PlanApproved(PLAN, "alice"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntryCodec.decode(bytes, 1))
                .withMessageContaining("format version 1");
    }

    @Test
    void whatRemovesIsNotKept() {
        assertThatIllegalArgumentException().isThrownBy(() -> EntryCodec.encode(new JournalEntry.PlanClosed(PLAN)));
    }

    private static List<String> golden() throws IOException {
        return Resources.readLines(Resources.getResource(EntryCodecTest.class, GOLDEN), StandardCharsets.UTF_8);
    }
}
