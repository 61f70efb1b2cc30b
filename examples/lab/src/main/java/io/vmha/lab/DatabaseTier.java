package io.vmha.lab;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.postgresql.PostgresCluster;
import io.vmha.adapter.postgresql.PostgresMember;
import io.vmha.adapter.postgresql.PostgresServer;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The three databases, as processes on hosts of the lab: the primary cluster's on h2, the standby cluster's on h3, and on h1 one that no
 * guest uses, a replica below the standby's. Safe to use from many threads.
 */
final class DatabaseTier {
    static final String PRIMARY = "primary";
    static final String STANDBY = "standby";
    static final String READER = "reader";
    private static final Map<String, Integer> HOSTS = Map.of(READER, 1, PRIMARY, 2, STANDBY, 3);
    private static final int PORT = 5432;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final LabSite site;

    DatabaseTier(LabSite site) {
        this.site = site;
    }

    static HostId host(String database) {
        return HostId.of("h" + number(database));
    }

    private static String address(String database) {
        return LabSite.address(host(database));
    }

    private static int number(String database) {
        return Objects.requireNonNull(HOSTS.get(database), database);
    }

    /** Makes all anew, the standby's replicating the primary's synchronously, and the reader's the standby's. */
    void create() {
        try {
            // The servers do not run as root, and have to come by.
            Files.setPosixFilePermissions(site.folder(), PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server("create", PRIMARY, PRIMARY, "*", Integer.toString(PORT));
        server("start", PRIMARY);
        copy(STANDBY, PRIMARY);
        server("synchronous", PRIMARY, STANDBY);
        copy(READER, STANDBY);
    }

    private void copy(String replica, String source) {
        server("copy", replica, replica, "*", Integer.toString(PORT), address(source), Integer.toString(PORT));
        server("start", replica);
    }

    /** Has the reader's database replicate another one from now on. */
    void readFrom(String source) {
        clear(READER);
        copy(READER, source);
    }

    /** Has the reader's database, which runs, replicate another one from now on. */
    void moveReader(String source) {
        server("stop", READER);
        copy(READER, source);
    }

    /** Drops what two databases send one another, both running on, or ends that. */
    void cut(String one, String other, boolean isCut) {
        site.shell()
                .run(
                        PATIENCE,
                        site.onHost(
                                host(one),
                                List.of("ip", "route", isCut ? "add" : "del", "blackhole", address(other) + "/32")));
    }

    /** Has a replica not apply what it receives, or ends that. */
    void pauseReplay(String replica, boolean isPaused) {
        server("replay", replica, isPaused ? "pause" : "resume");
    }

    /** Starts a database as it was. */
    void start(String database) {
        server("start", database);
    }

    /** Stops a database. */
    void stop(String database) {
        server("stop", database);
    }

    /** Takes away what a server left whose host lost its power; the center makes it a replica. */
    void clear(String database) {
        server("clear", database);
    }

    /** Has commits of the one that writes wait for the other. */
    void makeSynchronous(String writer) {
        server("synchronous", writer, writer.equals(PRIMARY) ? STANDBY : PRIMARY);
    }

    /** Has commits of the primary's database wait for any one of two. */
    void makeQuorum() {
        server("synchronous", PRIMARY, "ANY 1 (" + STANDBY + ", " + READER + ")");
    }

    /** Has commits of the primary's database wait for nobody. */
    void makeAsynchronous() {
        server("synchronous", PRIMARY);
    }

    private String server(String command, String database, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, folder(database).toString()));
        all.addAll(List.of(arguments));
        return site.shell()
                .run(
                        PATIENCE,
                        site.onHost(
                                host(database),
                                site.scriptCommand("postgresql/server.sh", all.toArray(String[]::new))));
    }

    private Path folder(String database) {
        return site.file("db/" + database);
    }

    Path log(String database) {
        return site.file("db/" + database + ".log");
    }

    /** Its host has no power, or the server is stopped there: then it accepts nothing. */
    private void fence(String database, CallContext call) {
        if (!site.isOn(host(database)) || !Files.exists(folder(database).resolve("postmaster.pid"))) {
            return;
        }
        String stop = "bash '" + site.scripts().resolve("postgresql/server.sh") + "' stop '" + folder(database) + "'";
        try {
            String unused = site.hosts().shell(host(database), HostAccess.ROOT).run(stop, call);
        } catch (AdapterException.Permanent failed) {
            throw new AdapterException.OutcomeUnknown(
                    Cause.REFUSED, "database " + database + " was not stopped in time", failed);
        }
    }

    /** What reads and changes which of them writes. */
    PostgresCluster cluster() {
        return PostgresCluster.builder(ReplicaSetId.of("databases"))
                .member(member(PRIMARY))
                .member(member(STANDBY))
                .member(member(READER))
                .fence(this::fence)
                .build();
    }

    private PostgresMember member(String name) {
        return PostgresMember.of(MemberId.of(name), source(name)).withServer(control(name));
    }

    private PostgresServer control(String name) {
        return PostgresServer.builder()
                .shell((script, call) ->
                        site.hosts().shell(host(name), HostAccess.POSTGRES).run(script, call))
                .dataDirectory(folder(name).toString())
                .programs(programs())
                .connectionString("host=" + address(name) + " port=" + PORT
                        + " user=postgres connect_timeout=2 passfile=" + site.file("db/pgpass"))
                .addOwnFiles("postgresql.conf", "pg_hba.conf", "pg_ident.conf", "postgresql.auto.conf")
                .addOwnFiles("vmha.conf", "vmha.identity")
                .build();
    }

    /** As Debian has them: one version is there. */
    private static String programs() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin").toString())
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new LabException("there is no PostgreSQL under /usr/lib/postgresql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PGSimpleDataSource source(String... databases) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(
                List.of(databases).stream().map(DatabaseTier::address).toArray(String[]::new));
        source.setPortNumbers(List.of(databases).stream().mapToInt(name -> PORT).toArray());
        source.setDatabaseName("postgres");
        source.setUser("postgres");
        source.setPassword(password());
        source.setConnectTimeout(1);
        return source;
    }

    /** Connections to whichever of them is the source. */
    HikariDataSource connectionsToWriter() {
        PGSimpleDataSource source = source(PRIMARY, STANDBY);
        source.setTargetServerType("primary");
        return pool(source);
    }

    /** Connections to one of them, whether it writes or not, for the guests that use it. */
    HikariDataSource connectionsTo(String database) {
        return pool(source(database));
    }

    private static HikariDataSource pool(PGSimpleDataSource source) {
        source.setSocketTimeout(2);
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(source);
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(1);
        pool.setConnectionTimeout(1_000);
        pool.setValidationTimeout(500);
        pool.setInitializationFailTimeout(-1);
        return new HikariDataSource(pool);
    }

    private String password() {
        try {
            return Files.readString(site.file("db/password")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
