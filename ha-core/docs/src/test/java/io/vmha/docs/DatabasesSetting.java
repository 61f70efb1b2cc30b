package io.vmha.docs;

import io.vmha.adapter.postgresql.PostgresServer;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Two PostgreSQL servers, neither of which answers: a set that can be built and asked, and of which nothing is known. */
public abstract class DatabasesSetting extends Setting {
    protected final DataSource primaryPool = silent();
    protected final DataSource standbyPool = silent();
    protected final PostgresServer primaryServer = server("db1");
    protected final PostgresServer standbyServer = server("db2");
    protected final Fencing yourFencing = (member, within) -> {};

    /** What an orchestrator has to fence a database with. */
    @FunctionalInterface
    public interface Fencing {
        void confirmOff(String member, Duration within);
    }

    private static DataSource silent() {
        return (DataSource) Proxy.newProxyInstance(
                DatabasesSetting.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, given) -> {
                    throw new SQLException("connection refused", "08001");
                });
    }

    private static PostgresServer server(String host) {
        return PostgresServer.builder()
                .shell((script, call) -> "")
                .dataDirectory("/var/lib/postgresql/15/main")
                .programs("/usr/lib/postgresql/15/bin")
                .connectionString("host=" + host + " user=replicator")
                .build();
    }
}
