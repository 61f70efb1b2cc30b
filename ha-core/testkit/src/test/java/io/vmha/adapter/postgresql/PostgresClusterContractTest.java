package io.vmha.adapter.postgresql;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.MemberId;
import io.vmha.testkit.contract.DatabaseClusterContractTest;
import io.vmha.testkit.contract.DatabaseTestbed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** On two real servers. */
@Tag("lab")
class PostgresClusterContractTest extends DatabaseClusterContractTest {

    @Override
    protected DatabaseTestbed newTestbed() {
        return new Testbed(new PostgresLab());
    }

    private static final class Testbed implements DatabaseTestbed {
        private final PostgresLab lab;
        private final DatabaseCluster cluster;

        private Testbed(PostgresLab lab) {
            this.lab = lab;
            this.cluster = newCluster();
        }

        @Override
        public DatabaseCluster cluster() {
            return cluster;
        }

        @Override
        public DatabaseCluster newCluster() {
            return lab.cluster().build();
        }

        @Override
        public MemberId primary() {
            return MemberId.of("primary");
        }

        @Override
        public MemberId standby() {
            return MemberId.of("standby");
        }

        @Override
        public boolean write(MemberId member, int number) {
            return lab.write(member.value(), number);
        }

        @Override
        public List<Integer> numbers(MemberId member) {
            return lab.numbers(member.value());
        }

        @Override
        public void kill(MemberId member) {
            lab.server("kill", member.value());
        }

        @Override
        public void start(MemberId member) {
            lab.server("start", member.value());
        }

        @Override
        public void breakStream() {
            lab.breakStream("standby");
        }

        @Override
        public void mendStream() {
            lab.mendStream("standby");
        }

        @Override
        public Optional<AutoCloseable> hang(MemberId member) {
            return Optional.of(lab.hang(member.value()));
        }

        @Override
        public void close() {
            lab.close();
        }
    }
}
