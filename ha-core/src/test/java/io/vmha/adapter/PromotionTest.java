package io.vmha.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.model.DatabaseMember;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import io.vmha.sim.SimulatedReplicaSet;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromotionTest {
    private static final MemberId A = MemberId.of("a");
    private static final MemberId B = MemberId.of("b");
    private static final MemberId C = MemberId.of("c");

    private final SimulatedReplicaSet databases =
            new SimulatedReplicaSet(ReplicaSetId.of("orders"), List.of(A, B, C), InstantSource.system());
    private final DatabaseCluster cluster = databases.cluster();

    /** C never follows B, which was promoted after A died and dies too. */
    private ReplicaSet onlyAnOlderHistoryIsLeft() {
        databases.kill(A);
        cluster.promote(new Promotion(B, Set.of(A), 1), call());
        cluster.read(call());
        databases.kill(B);
        return cluster.read(call());
    }

    @Test
    void anOlderHistoryIsRefusedUnlessAnOperatorAcceptsIt() {
        ReplicaSet seen = onlyAnOlderHistoryIsLeft();
        Promotion refused = new Promotion(C, Set.of(A, B), seen.timeline());
        assertThatThrownBy(() -> refused.requireSafe(seen))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessage("database c is on timeline 1 and its set on 2: it has to rejoin before it can be promoted");
        assertThatThrownBy(() -> cluster.promote(refused, call())).isInstanceOf(AdapterException.Permanent.class);

        Promotion accepted = new Promotion(C, Set.of(A, B), seen.timeline(), true);
        assertThat(accepted.whyToRejoin(seen)).isEmpty();
        cluster.promote(accepted, call());
        assertThat(cluster.read(call()).writer().map(DatabaseMember::id)).contains(C);
        databases.start(B);
        assertThat(cluster.read(call()).writer().map(DatabaseMember::id)).contains(C);
    }

    @Test
    void noAcceptanceAllowsASecondWriter() {
        onlyAnOlderHistoryIsLeft();

        assertThatThrownBy(() -> cluster.promote(new Promotion(C, Set.of(A), 0, true), call()))
                .isInstanceOf(AdapterException.Transient.class)
                .hasMessageContaining("database b may accept writes, and is not confirmed off");
        databases.start(B);
        assertThatThrownBy(() -> cluster.promote(new Promotion(C, Set.of(A, B), 0, true), call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("database b still accepts writes");
        assertThat(databases.writers()).containsExactly(B);
    }

    @Test
    void whoIsPromotedIsNotOff() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Promotion(A, Set.of(A, B), 0))
                .withMessage("member a cannot be promoted while it is off");
        assertThatIllegalArgumentException().isThrownBy(() -> new Promotion(A, Set.of(), -1));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(1));
    }
}
