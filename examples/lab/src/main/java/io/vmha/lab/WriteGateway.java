package io.vmha.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Writes rows for the database guests, which are too small for a PostgreSQL client, to the database that the asking guest uses, whether
 * that one writes or not: a GET of {@code /insert?id=N} is answered with 200 when the row is committed, and with 503 when it is not known
 * to be.
 */
final class WriteGateway implements AutoCloseable {
    static final int PORT = 8081;
    private static final int THREADS = 8;
    private static final Pattern ID = Pattern.compile("id=(\\d{1,18})");

    private final DataSource writer;
    private final Function<Guest, DataSource> databaseOf;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /**
     * Starts it.
     *
     * @param writer connections to whichever database writes
     * @param databaseOf connections to the database that a guest uses
     */
    WriteGateway(DataSource writer, Function<Guest, DataSource> databaseOf) {
        this.writer = writer;
        this.databaseOf = databaseOf;
        try {
            Waiting.until("the database takes a table", Duration.ofSeconds(30), this::createTable);
            server = HttpServer.create(new InetSocketAddress(LabSite.MANAGEMENT, PORT), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/insert", this::insert);
        server.setExecutor(threads);
        server.start();
    }

    private boolean createTable() throws SQLException {
        String sql = "create table if not exists requests"
                + " (id bigint primary key, at timestamptz default clock_timestamp())";
        try (Connection connection = writer.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
            return true;
        }
    }

    private void insert(HttpExchange exchange) throws IOException {
        Matcher id = ID.matcher(String.valueOf(exchange.getRequestURI().getQuery()));
        if (!id.matches()) {
            HttpAnswer.give(exchange, 400, "id=NUMBER is needed");
            return;
        }
        Optional<Guest> guest =
                Guest.at(exchange.getRemoteAddress().getAddress().getHostAddress());
        if (guest.isEmpty()) {
            HttpAnswer.give(exchange, 403, "only guests may write");
            return;
        }
        try (Connection connection = databaseOf.apply(guest.get()).getConnection();
                PreparedStatement statement = connection.prepareStatement("insert into requests (id) values (?)")) {
            statement.setLong(1, Long.parseLong(id.group(1)));
            statement.execute();
            HttpAnswer.give(exchange, 200, "committed");
        } catch (SQLException e) {
            HttpAnswer.give(exchange, 503, "not known to be committed");
        }
    }

    /** The rows that there are. */
    Set<Long> rows() {
        try (Connection connection = writer.getConnection();
                PreparedStatement statement = connection.prepareStatement("select id from requests");
                ResultSet result = statement.executeQuery()) {
            Set<Long> rows = new HashSet<>();
            while (result.next()) {
                rows.add(result.getLong(1));
            }
            return rows;
        } catch (SQLException e) {
            throw new LabException("the rows cannot be read: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
