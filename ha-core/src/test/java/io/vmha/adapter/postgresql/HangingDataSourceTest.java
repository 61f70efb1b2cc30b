package io.vmha.adapter.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.Promotion;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DatabaseRole;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSet;
import io.vmha.model.ReplicaSetId;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Data sources that heed no deadline, throw what they should not, or tell what they should not. */
class HangingDataSourceTest {
    private static final MemberId ONE = MemberId.of("hanging-one");
    private static final MemberId OTHER = MemberId.of("hanging-other");

    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
    }

    /** A source whose only answer to a request for a connection is this one. */
    private static DataSource source(Callable<Object> connection) {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        return connection.call();
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private DataSource hanging() {
        return source(() -> {
            // As a driver does that waits for a socket: an interrupt changes nothing.
            Uninterruptibles.awaitUninterruptibly(release);
            throw new SQLException("released");
        });
    }

    private static PostgresCluster cluster(DataSource source) {
        return PostgresCluster.builder(ReplicaSetId.of("orders"))
                .member(PostgresMember.of(ONE, source))
                .member(PostgresMember.of(OTHER, source))
                .build();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vmha-database-hanging"))
                .count();
    }

    @Test
    void membersWhoseSourceHangsAreUnknownAndKeepFewThreadsAndNoneAfterwards() {
        PostgresCluster cluster = cluster(hanging());
        for (int i = 0; i < 3 * MemberConnections.MOST; i++) {
            assertThat(cluster.read(aShortCall()).members())
                    .allMatch(member -> member.role().role() == DatabaseRole.UNKNOWN)
                    .allMatch(member ->
                            member.problem().orElseThrow().contains(member.id().value()));
        }
        assertThat(threads()).isEqualTo(2L * MemberConnections.MOST);
        assertThatThrownBy(() -> cluster.promote(new Promotion(ONE, Set.of(OTHER), 0), aShortCall()))
                .isInstanceOf(AdapterException.Transient.class);
        assertThatThrownBy(() -> cluster.holdWrites(ONE, aShortCall())).isInstanceOf(AdapterException.Transient.class);

        release.countDown();
        await().until(() -> threads() == 0);
        assertThat(cluster.read(aShortCall()).members())
                .allMatch(member -> member.problem().orElseThrow().contains("released"));
    }

    @Test
    void aConnectionThatIsThereTooLateChangesNothing() {
        List<String> statements = Collections.synchronizedList(new ArrayList<>());
        MemberConnections connections = new MemberConnections(PostgresMember.of(ONE, source(() -> {
            Uninterruptibles.awaitUninterruptibly(release);
            return answering(Connection.class, statements);
        })));

        assertThatThrownBy(() -> connections.change(Duration.ofMillis(200), "it was changed", session -> {
                    session.execute("change something");
                    return ONE;
                }))
                .isInstanceOf(AdapterException.Transient.class);
        release.countDown();
        await().until(() -> threads() == 0);
        assertThat(statements).isNotEmpty().doesNotContain("change something");
        // Nor does the test pass because nothing could be done at all.
        connections.change(Duration.ofSeconds(30), "it was changed", session -> {
            session.execute("change something");
            return ONE;
        });
        assertThat(statements).contains("change something");
    }

    @Test
    void aProcessThatIsPausedUntilItsDeadlineWhileItConnectsChangesNothingAfterwards() {
        List<String> statements = Collections.synchronizedList(new ArrayList<>());
        Duration within = Duration.ofMillis(50);
        MemberConnections connections = new MemberConnections(PostgresMember.of(ONE, source(() -> {
            Uninterruptibles.sleepUninterruptibly(within.multipliedBy(2));
            return answering(Connection.class, statements);
        })));

        // Whoever waits for the result is paused, too: he gives nothing up in time.
        MemberConnections.Pending<MemberId> pending = connections.begin(within, session -> {
            session.execute("change something");
            return ONE;
        });
        await().until(() -> threads() == 0);

        assertThat(statements).doesNotContain("change something");
        assertThat(pending.hasBegun()).isFalse();
        assertThatThrownBy(pending::result).isInstanceOf(AdapterException.Transient.class);
    }

    @Test
    void noStatementThatChangesAMemberIsSentOnceTheDeadlineHasPassed() {
        List<String> statements = Collections.synchronizedList(new ArrayList<>());
        MemberConnections connections =
                new MemberConnections(PostgresMember.of(ONE, source(() -> answering(Connection.class, statements))));
        Duration within = Duration.ofMillis(300);

        MemberConnections.Pending<MemberId> pending = connections.begin(within, session -> {
            Uninterruptibles.sleepUninterruptibly(within.multipliedBy(2));
            new WriteHold(session).begin();
            return ONE;
        });
        await().until(() -> threads() == 0);

        assertThat(statements).isNotEmpty().noneMatch(statement -> statement.contains("alter system"));
        assertThatThrownBy(pending::result).isInstanceOf(AdapterException.Transient.class);
    }

    /** A connection, statement or result that says yes to everything, and whose query has one row. */
    private static <T> T answering(Class<T> type, List<String> statements) {
        AtomicInteger rows = new AtomicInteger();
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments.length > 0 && arguments[0] instanceof String sql) {
                        statements.add(sql);
                    }
                    Class<?> answer = method.getReturnType();
                    if (method.getName().equals("next")) {
                        return rows.getAndIncrement() == 0;
                    }
                    if (answer == boolean.class) {
                        return true;
                    }
                    if (answer == String.class) {
                        return "yes";
                    }
                    return answer.isInterface() ? answering(answer, statements) : null;
                }));
    }

    @Test
    void aPasswordInADriversMessageIsNotPassedOn() {
        ReplicaSet set = cluster(source(() -> {
                    throw new SQLException("cannot reach jdbc:postgresql://db1/x?user=u&password=hunter2&ssl=true");
                }))
                .read(aShortCall());

        assertThat(set.members())
                .allSatisfy(member -> assertThat(member.problem().orElseThrow())
                        .contains("password=***")
                        .doesNotContain("hunter2"));
        AdapterException told =
                PostgresErrors.failed(ONE, new IllegalStateException(new SQLException("Password: hunter2")));
        assertThat(told).hasStackTraceContaining("hanging-one");
        assertThat(stackTrace(told)).doesNotContain("hunter2");
    }

    private static String stackTrace(Throwable thrown) {
        java.io.StringWriter text = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    @Test
    void whateverASourceThrowsIsAnAnswer() {
        for (Throwable thrown : new Throwable[] {new StackOverflowError("deep"), new IllegalStateException("closed")}) {
            ReplicaSet set = cluster(source(() -> {
                        if (thrown instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) thrown;
                    }))
                    .read(aShortCall());

            assertThat(set.members())
                    .extracting(DatabaseMember::problem)
                    .allSatisfy(problem -> assertThat(problem.orElseThrow()).contains(thrown.getMessage()));
        }
    }

    private static CallContext aShortCall() {
        return CallContext.within(Duration.ofMillis(200));
    }
}
