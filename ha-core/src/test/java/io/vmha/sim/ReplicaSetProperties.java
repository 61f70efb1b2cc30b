package io.vmha.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.Promotion;
import io.vmha.model.CommitRule;
import io.vmha.model.CommitRule.Durability;
import io.vmha.model.CommitRule.Kind;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.LogPosition;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.PossibleLoss;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random courses of three databases and an operator who keeps to the protocols of {@link DatabaseCluster}: nobody ever writes
 * beside another one, a switchover loses nothing, and a failover loses no more than {@link ReplicaSet#possibleLoss} said.
 */
class ReplicaSetProperties {
    private static final int SEEDS = Integer.getInteger("vmha.databaseSeeds", 400);
    private static final int STEPS = 80;
    private static final List<MemberId> MEMBERS = List.of(MemberId.of("a"), MemberId.of("b"), MemberId.of("c"));

    @Test
    void whatIsSaidOfALossIsTrueAndThereIsNeverASecondWriter() {
        Map<PossibleLoss.Kind, Integer> said = new EnumMap<>(PossibleLoss.Kind.class);
        int switchovers = 0;
        int lossy = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            Course course = new Course(seed);
            course.run();
            course.said.forEach(kind -> said.merge(kind, 1, Integer::sum));
            switchovers += course.switchovers;
            lossy += course.lossyFailovers;
        }
        // All of it was there to be found.
        assertThat(said).hasSize(PossibleLoss.Kind.values().length);
        assertThat(said.values()).allMatch(count -> count > SEEDS / 50);
        assertThat(switchovers).isGreaterThan(SEEDS / 10);
        assertThat(lossy).isGreaterThan(SEEDS / 50);
    }

    /** One course, by its seed. */
    private static final class Course {
        private final int seed;
        private final SplittableRandom random;
        private final SimulatedReplicaSet set;
        private final Map<Integer, Instant> written = new HashMap<>();
        private final Set<Integer> lost = new HashSet<>();
        private final List<PossibleLoss.Kind> said = new ArrayList<>();
        private DatabaseCluster cluster;
        private ReplicaSet known;
        private Instant now = Instant.EPOCH;
        private int row;
        private int switchovers;
        private int lossyFailovers;

        private Course(int seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.set = new SimulatedReplicaSet(ReplicaSetId.of("orders"), MEMBERS, () -> now);
            this.cluster = set.cluster();
            this.known = cluster.declared();
            set.replicateImmediately(random.nextBoolean());
            set.commitRule(anyRule());
        }

        private void run() {
            for (int step = 0; step < STEPS; step++) {
                doSomething();
                assertThat(set.writers())
                        .as("writers, seed %s step %s", seed, step)
                        .hasSizeLessThanOrEqualTo(1);
            }
        }

        private MemberId anyone() {
            return MEMBERS.get(random.nextInt(MEMBERS.size()));
        }

        private CommitRule anyRule() {
            Set<MemberId> candidates = new LinkedHashSet<>(MEMBERS.subList(random.nextInt(2), MEMBERS.size()));
            return switch (random.nextInt(5)) {
                case 0, 1 -> CommitRule.ASYNCHRONOUS;
                case 2 -> new CommitRule(Kind.QUORUM, 1, candidates, 0, false, Durability.FLUSHED);
                case 3 -> new CommitRule(Kind.PRIORITY, 1, candidates, 0, false, Durability.FLUSHED);
                default -> new CommitRule(Kind.QUORUM, 2, candidates, 0, false, Durability.FLUSHED);
            };
        }

        private void doSomething() {
            switch (random.nextInt(20)) {
                case 0 -> set.kill(anyone());
                case 1, 2 -> set.start(anyone());
                case 3 -> set.breakStream(anyone(), true);
                case 4, 5 -> set.breakStream(anyone(), false);
                case 6 -> set.pauseReplay(anyone(), random.nextBoolean());
                case 7 -> set.hide(anyone(), random.nextInt(3) == 0);
                case 8, 9 -> set.replicate();
                case 10 -> now = now.plusMillis(random.nextInt(3_000));
                case 11 -> changeRule();
                case 12, 13 -> look();
                case 14 -> failOver();
                case 15 -> switchOver();
                case 16 -> rejoin();
                default -> write();
            }
        }

        private void write() {
            for (MemberId writer : set.writers()) {
                written.put(++row, now);
                set.write(writer, row);
            }
        }

        private ReplicaSet look() {
            known = known.updatedWith(cluster.read(call()));
            known.writer().ifPresent(writer -> assertThat(set.writers()).contains(writer.id()));
            return known;
        }

        /** What is taken back between two readings is not seen: one each, before and after. */
        private void changeRule() {
            if (look().writer().isPresent()) {
                set.commitRule(anyRule());
                look();
            }
        }

        private void failOver() {
            if (look().writer().isPresent() && random.nextInt(4) > 0) {
                return;
            }
            if (random.nextInt(4) == 0) {
                // Another adapter, which has seen nothing; the operator's memory is what tells old histories apart.
                cluster = set.cluster();
            }
            Set<MemberId> off = new HashSet<>();
            for (DatabaseMember member : known.members()) {
                if (member.mayWrite()) {
                    cluster.fence(member.id(), call());
                    off.add(member.id());
                }
            }
            Instant stopped = now;
            now = now.plusMillis(random.nextInt(2));
            ReplicaSet seen = look();
            for (DatabaseMember candidate : seen.candidates()) {
                checkLoss(candidate.id(), seen.possibleLoss(candidate.id(), stopped), stopped);
            }
            seen.candidates().stream().findFirst().ifPresent(candidate -> {
                Set<MemberId> others = new HashSet<>(off);
                others.remove(candidate.id());
                promote(candidate.id(), others);
            });
        }

        private void checkLoss(MemberId candidate, PossibleLoss loss, Instant stopped) {
            said.add(loss.kind());
            List<Integer> missing = new ArrayList<>(set.missing(candidate));
            missing.removeAll(lost);
            if (!missing.isEmpty()) {
                lossyFailovers++;
            }
            if (loss.kind() != PossibleLoss.Kind.UNKNOWN) {
                Instant first = stopped.minus(loss.atMost());
                assertThat(missing)
                        .as("seed %s: what %s lacks, of which is said: %s", seed, candidate, loss)
                        .allMatch(row -> loss.kind() == PossibleLoss.Kind.AT_MOST
                                && !written.getOrDefault(row, Instant.MIN).isBefore(first));
            }
        }

        private void promote(MemberId member, Set<MemberId> off) {
            ReplicaSet before = known;
            Promotion promotion = new Promotion(member, off, known.timeline());
            known = known.promoting(member);
            try {
                cluster.promote(promotion, call());
                lost.addAll(set.missing(member));
            } catch (AdapterException refused) {
                known = before;
                assertThat(set.writers()).doesNotContain(member);
            }
        }

        private void switchOver() {
            ReplicaSet seen = look();
            if (seen.writer().isEmpty() || seen.candidates().isEmpty()) {
                return;
            }
            MemberId old = seen.writer().get().id();
            MemberId next = seen.candidates().get(0).id();
            List<Integer> lostBefore = set.missing(old);
            cluster.holdWrites(old, call());
            if (random.nextInt(5) == 0) {
                cluster.releaseWrites(old, call());
                return;
            }
            LogPosition end = cluster.demote(old, next, call());
            set.replicate();
            DatabaseMember ready = look().requireMember(next);
            boolean isReady =
                    ready.position().filter(position -> position.includes(end)).isPresent();
            MemberId chosen = isReady && random.nextInt(5) > 0 ? next : old;
            Set<MemberId> off = new HashSet<>();
            for (DatabaseMember other : look().members()) {
                if (other.role().role() == DatabaseRole.UNKNOWN && !other.id().equals(chosen)) {
                    cluster.fence(other.id(), call());
                    off.add(other.id());
                }
            }
            Promotion promotion = new Promotion(chosen, off, known.timeline());
            known = known.promoting(chosen);
            cluster.promote(promotion, call());
            switchovers++;
            assertThat(set.writers()).containsExactly(chosen);
            assertThat(lostBefore)
                    .as("seed %s: lost by a switchover from %s to %s", seed, old, chosen)
                    .containsAll(set.missing(chosen));
        }

        private void rejoin() {
            ReplicaSet seen = look();
            seen.writer()
                    .ifPresent(writer -> seen.members().stream()
                            .filter(member -> member.standing() != MemberStanding.CURRENT
                                    || member.role().role() == DatabaseRole.UNKNOWN)
                            .forEach(member -> rejoin(member.id(), writer.id())));
        }

        private void rejoin(MemberId member, MemberId writer) {
            try {
                cluster.rejoin(member, writer, call());
            } catch (AdapterException.Transient unreachable) {
                assertThat(unreachable).hasMessageContaining(member.value());
            }
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(1));
    }
}
