package io.vmha.adapter.postgresql;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.adapter.LabScript;
import io.vmha.model.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Two real PostgreSQL servers on loopback: "primary", and "standby", which replicates it. They have a table of numbers. */
final class PostgresLab implements AutoCloseable {
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
            ports.put("primary", freePort());
            ports.put("standby", freePort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server("create", "primary", "primary", "127.0.0.1", port("primary"));
        server("start", "primary");
        server("copy", "standby", "standby", "127.0.0.1", port("standby"), "127.0.0.1", port("primary"));
        server("start", "standby");
        execute("primary", "create table numbers (number int)");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
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

    DataSource connections(String server, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {ports.get(server)});
        source.setDatabaseName("postgres");
        source.setUser("postgres");
        source.setPassword(password);
        source.setConnectTimeout(2);
        return source;
    }

    /** Both databases, the primary's being db11's and the standby's db31's. */
    PostgresReplication.Builder replication() {
        return PostgresReplication.builder()
                .database(database("primary", DB11))
                .database(database("standby", DB31))
                .fence((database, call) -> server("stop", database));
    }

    PostgresDatabase database(String name, VmId vm) {
        return new PostgresDatabase(name, connections(name, password()), name, Set.of(vm));
    }

    void execute(String server, String sql) {
        try (Connection connection = connections(server, password()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
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
