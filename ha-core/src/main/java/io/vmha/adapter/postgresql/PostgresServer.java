package io.vmha.adapter.postgresql;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.immutables.value.Value;

/**
 * How a member's server is controlled on its host, which demoting it and having it rejoin take. Immutable.
 *
 * <p>A copy of the data is made beside the data directory and moved into its place: the directory must not be a mount point,
 * its parent must be writable for the server's OS user and have room for a second copy, and there must be no tablespace.
 * For {@code pg_rewind} to work, the server needs {@code wal_log_hints} or data checksums; without, a copy is made.
 */
@Value.Immutable
@HaStyle
public interface PostgresServer {

    /** Runs scripts on its host. */
    HostShell shell();

    /** Its data directory, an absolute path. */
    String dataDirectory();

    /** The folder of PostgreSQL's programs there, an absolute path, such as {@code /usr/lib/postgresql/15/bin}. */
    String programs();

    /**
     * How the other members connect to it for replication, in libpq's form of keywords and values: {@code host=db1 port=5432
     * user=replicator passfile=/var/lib/postgresql/.pgpass}. It becomes part of their configuration: no password, and no
     * {@code dbname} or {@code application_name}.
     */
    String connectionString();

    /** The command that starts the server and waits until it answers, for at most {@code $wait} seconds. */
    @Value.Default
    default String startCommand() {
        return "\"$bin/pg_ctl\" -D \"$data\" -l \"$data.log\" -w -t \"$wait\" -s start </dev/null";
    }

    /**
     * The command that stops the server in an orderly way, so that connected replicas have its whole log, and waits for that,
     * for at most {@code $wait} seconds.
     */
    @Value.Default
    default String stopCommand() {
        return "\"$bin/pg_ctl\" -D \"$data\" -m fast -w -t \"$wait\" -s stop";
    }

    /**
     * The files in the data directory that are this member's own, by their names: its configuration. They are kept when its
     * data is replaced by the writer's.
     */
    @Value.Default
    default List<String> ownFiles() {
        return List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf", "postgresql.auto.conf");
    }

    /** Refuses paths that are not absolute, a connection string with a password, and files outside the data directory. */
    @Value.Check
    default void check() {
        checkArgument(dataDirectory().startsWith("/"), "dataDirectory must be an absolute path: %s", dataDirectory());
        checkArgument(programs().startsWith("/"), "programs must be an absolute path: %s", programs());
        String lower = connectionString().toLowerCase(Locale.ROOT);
        checkArgument(!connectionString().isBlank(), "connectionString must not be blank");
        for (String keyword : Set.of("password", "dbname", "application_name", "://")) {
            // Without the value, which may be a password.
            checkArgument(
                    !lower.replace("passfile", "").contains(keyword),
                    "connectionString must not have %s in it: use keywords and values, and a passfile for the password",
                    keyword);
        }
        checkArgument(
                connectionString().chars().noneMatch(Character::isISOControl),
                "connectionString must not have control characters");
        for (String file : ownFiles()) {
            checkArgument(
                    !file.isBlank() && !file.contains("/") && file.chars().noneMatch(Character::isISOControl),
                    "ownFiles must be plain names: %s",
                    file);
        }
    }

    /** Returns a builder that has all of this one's values, to change some. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Builds a server's description: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutablePostgresServer.Builder {
        Builder() {}
    }
}
