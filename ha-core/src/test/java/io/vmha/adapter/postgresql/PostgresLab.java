package io.vmha.adapter.postgresql;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.FreePort;
import io.vmha.adapter.LabScript;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Real PostgreSQL servers on loopback: "primary", and "standby", which replicates it, and more replicas as they are added. They
 * have a table of numbers.
 */
final class PostgresLab implements AutoCloseable {
    static final ReplicaSetId SET = ReplicaSetId.of("orders");
    static final VmId DB11 = VmId.of("db11");
    static final VmId DB31 = VmId.of("db31");

    private final Path folder;
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    PostgresLab() {
        LabScript.run(
                "packages.sh",
                "/usr/lib/postgresql/15/bin/postgres:postgresql-15",
                "/usr/lib/postgresql/15/bin/psql:postgresql-client-15");
        try {
            folder = Files.createTempDirectory("vmha-pg");
            // The servers do not run as root, and have to come by.
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            ports.put("primary", FreePort.next());
            server("create", "primary", "primary", "127.0.0.1", port("primary"));
            server("start", "primary");
            addReplica("standby", "primary");
            execute("primary", "create table numbers (number int)");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Adds a server that replicates another one. */
    void addReplica(String name, String source) {
        ports.put(name, FreePort.next());
        server("copy", name, name, "127.0.0.1", port(name), "127.0.0.1", port(source));
        server("start", name);
    }

    /** Adds a server that has a database of its own. */
    void addStranger(String name) {
        ports.put(name, FreePort.next());
        server("create", name, name, "127.0.0.1", port(name));
        server("start", name);
    }

    private String port(String server) {
        return Integer.toString(ports.get(server));
    }

    /** Has the lab's script do something with a server. */
    String server(String command, String server, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, folder + "/db/" + server));
        all.addAll(List.of(arguments));
        return LabScript.run("postgresql/server.sh", all.toArray(String[]::new));
    }

    /** Has the primary wait for its replica at each commit. */
    void makeSynchronous() {
        server("synchronous", "primary", "standby");
    }

    /** Makes a server that was the source a replica of the other one. */
    String comeBack(String server, String source) {
        String how = server("return", server, "127.0.0.1", port(source));
        server("start", server);
        return how;
    }

    String password() {
        try {
            return Files.readString(folder.resolve("db/password")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PGSimpleDataSource connections(String server, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {ports.get(server)});
        source.setDatabaseName("postgres");
        source.setUser("postgres");
        source.setPassword(password);
        source.setConnectTimeout(2);
        return source;
    }

    /** All servers that there are, each with control of its own. */
    PostgresCluster.Builder cluster() {
        PostgresCluster.Builder builder = PostgresCluster.builder(SET);
        ports.keySet().forEach(name -> builder.member(member(name)));
        return builder;
    }

    /** The same with another login. */
    PostgresCluster.Builder cluster(String user, String password) {
        PostgresCluster.Builder builder = PostgresCluster.builder(SET);
        ports.keySet().forEach(name -> {
            PGSimpleDataSource source = connections(name, password);
            source.setUser(user);
            builder.member(PostgresMember.of(MemberId.of(name), source));
        });
        return builder;
    }

    PostgresMember member(String name) {
        return PostgresMember.of(MemberId.of(name), connections(name, password()))
                .withServer(control(name));
    }

    PostgresServer control(String name) {
        return PostgresServer.builder()
                .shell(ProcessShell.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"))
                .dataDirectory(folder + "/db/" + name)
                .programs("/usr/lib/postgresql/15/bin")
                .connectionString("host=127.0.0.1 port=" + port(name) + " user=postgres connect_timeout=2 passfile="
                        + folder + "/db/pgpass")
                .addOwnFiles("postgresql.conf", "pg_hba.conf", "pg_ident.conf", "postgresql.auto.conf")
                .addOwnFiles("vmha.conf", "vmha.identity")
                .build();
    }

    void execute(String server, String sql) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the server acknowledges a number. */
    boolean write(String server, int number) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into numbers values (" + number + ")");
            return true;
        } catch (SQLException refused) {
            return false;
        }
    }

    /** Has a replica look for its source where nobody is, while both run on. */
    void breakStream(String replica) {
        execute(replica, "alter system set primary_conninfo = 'host=127.0.0.1 port=1 user=nobody'");
        execute(replica, "select pg_reload_conf()");
        Awaitility.await()
                .until(() -> value(replica, "select count(*) from pg_stat_wal_receiver")
                        .equals("0"));
    }

    /** Ends what {@link #breakStream} began. */
    void mendStream(String replica) {
        execute(replica, "alter system reset primary_conninfo");
        execute(replica, "select pg_reload_conf()");
    }

    /** Stops a server's processes, which keep their connections open and answer nothing, until the handle is closed. */
    AutoCloseable hang(String server) {
        signal(server, "STOP");
        return () -> signal(server, "CONT");
    }

    /** Stops what receives a replica's stream, which the source takes for a while to be there. */
    AutoCloseable stopReceiver(String replica) {
        long pid = Long.parseLong(value(replica, "select pid from pg_stat_wal_receiver"));
        signal(pid, "STOP");
        return () -> signal(pid, "CONT");
    }

    /** Has a stopped server lose its control file's block, so that nothing but a copy helps. */
    void spoilForRewind(String server) {
        try {
            Files.write(folder.resolve("db/" + server + "/global/pg_control"), new byte[8_192]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does something while a transaction is open. */
    void withTransaction(String server, String sql, Runnable body) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            body.run();
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signal(long pid, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void signal(String server, String signal) {
        try {
            String first = Files.readAllLines(folder.resolve("db/" + server + "/postmaster.pid"))
                    .get(0);
            ProcessHandle postmaster =
                    ProcessHandle.of(Long.parseLong(first.strip())).orElseThrow();
            Stream.concat(Stream.of(postmaster), postmaster.descendants())
                    .forEach(process -> signal(process.pid(), signal));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A query's only value. */
    String value(String server, String sql) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Integer> numbers(String server) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select number from numbers order by number")) {
            List<Integer> numbers = new ArrayList<>();
            while (result.next()) {
                numbers.add(result.getInt(1));
            }
            return numbers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        for (String server : ports.keySet()) {
            if (Files.exists(folder.resolve("db/" + server + "/postmaster.pid"))) {
                server("stop", server);
            }
        }
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
