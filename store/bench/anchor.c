//go:build ignore

/* The anchor of the benchmarks: what the same rows cost on the system's SQLite, from C, on this disk, at this moment.
 *
 *   anchor FILE N
 *
 * FILE is a copy of a shop's file that has seen a sale. The newest sale's rows (fact, postings, totals, index row, number,
 * idempotency key, print jobs, and the draft that goes away) are read once and then committed N times more under new ids and
 * numbers, each in one transaction with the settings of the store: WAL, synchronous=FULL. One line of JSON tells how long the
 * transactions took, in microseconds. The copy is of no use afterwards: its hash chain is made of noise. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS_MAX = 512, COLUMNS_MAX = 10 };

typedef struct {
	int n, columns;
	sqlite3_value *v[ROWS_MAX][COLUMNS_MAX];
} rows;

static sqlite3 *db;

static void die(const char *what) {
	fprintf(stderr, "anchor: %s: %s\n", what, db ? sqlite3_errmsg(db) : "");
	exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
	sqlite3_stmt *s;
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) die(sql);
	return s;
}

static void run(sqlite3_stmt *s) {
	int rc;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {}
	if (rc != SQLITE_DONE) die(sqlite3_sql(s));
	sqlite3_reset(s);
}

/* keep reads all rows of a query; ?1 is the text or number in key. */
static rows keep(const char *sql, sqlite3_value *key) {
	rows r = {0};
	sqlite3_stmt *s = prepare(sql);
	if (key) sqlite3_bind_value(s, 1, key);
	r.columns = sqlite3_column_count(s);
	while (sqlite3_step(s) == SQLITE_ROW) {
		if (r.n == ROWS_MAX || r.columns > COLUMNS_MAX) die("too many rows or columns");
		for (int c = 0; c < r.columns; c++) r.v[r.n][c] = sqlite3_value_dup(sqlite3_column_value(s, c));
		r.n++;
	}
	sqlite3_finalize(s);
	return r;
}

static long long now_us(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b) {
	long long x = *(const long long *)a, y = *(const long long *)b;
	return (x > y) - (x < y);
}

/* id makes a new id in time order, as long as a UUID. */
static void id(char out[40], int kind, long long n) {
	snprintf(out, 40, "%08llx-%04llx-7%03d-8000-000000000000", 0xf0000000LL + (n >> 16), n & 0xffff, kind);
}

static void bind_all(sqlite3_stmt *s, rows *r, int row) {
	for (int c = 0; c < r->columns; c++) sqlite3_bind_value(s, c + 1, r->v[row][c]);
}

int main(int argc, char **argv) {
	if (argc != 3) { fprintf(stderr, "usage: anchor FILE N\n"); return 2; }
	int n = atoi(argv[2]);
	if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) die(argv[1]);
	if (sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;"
		"PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
		"PRAGMA trusted_schema=OFF; PRAGMA recursive_triggers=ON", NULL, NULL, NULL) != SQLITE_OK) die("pragmas");

	rows sale = keep("SELECT seq, id, no, at, kind, of, shift, staff, total, label FROM sale ORDER BY seq DESC LIMIT 1", NULL);
	if (sale.n != 1) die("the file has no sale");
	rows fact = keep("SELECT seq, id, at, kind, staff, shift, body, prev, hash FROM fact WHERE seq = ?1", sale.v[0][0]);
	rows postings = keep("SELECT seq, n, account, minor, currency FROM posting WHERE seq = ?1 ORDER BY n", sale.v[0][0]);
	rows jobs = keep("SELECT printer, kind, state, reason, tries, copy, of, ref, at, page FROM job WHERE ref = ?1", sale.v[0][1]);
	rows once = keep("SELECT key, hash, answer, at FROM once ORDER BY n DESC LIMIT 1", NULL);
	/* What one sale adds up: its accounts, the figures of its shift, the number of receipts and the stock of its lines. */
	rows totals = keep("SELECT scope, key, 1, 100 FROM total, (SELECT * FROM fact WHERE seq = ?1) AS f WHERE scope = 'shift:' || f.shift"
		" OR scope = 'series' AND key = 'receipt'"
		" OR scope = 'account' AND key IN (SELECT account || ' ' || currency FROM posting WHERE seq = ?1)"
		" OR scope = 'stock' AND key IN (SELECT atom FROM json_tree(CAST(f.body AS TEXT)) WHERE json_tree.key = 'sku')", sale.v[0][0]);
	/* Other sales sell other goods: each takes the next few of these in turn. */
	rows goods = keep("SELECT key FROM total WHERE scope = 'stock' ORDER BY random() LIMIT 512", NULL);
	if (fact.n != 1 || postings.n == 0 || goods.n == 0) die("the newest sale has no fact, no postings or no goods");

	sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT"),
		*head = prepare("INSERT INTO draft (id, made, head) VALUES (?1, 0, ?2)"),
		*line = prepare("INSERT INTO draft_line (draft, no, body) VALUES (?1, ?2, ?3)"),
		*no = prepare("INSERT INTO series (name, last) VALUES ('receipt', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"),
		*f = prepare("INSERT INTO fact (seq, id, at, kind, staff, shift, body, prev, hash) VALUES (?,?,?,?,?,?,?,?,?)"),
		*p = prepare("INSERT INTO posting (seq, n, account, minor, currency) VALUES (?,?,?,?,?)"),
		*t = prepare("INSERT INTO total (scope, key, n, minor) VALUES (?1, ?2, ?3, ?4)"
			" ON CONFLICT (scope, key) DO UPDATE SET n = n + excluded.n, minor = minor + excluded.minor"),
		*s = prepare("INSERT INTO sale (seq, id, no, at, kind, of, shift, staff, total, label) VALUES (?,?,?,?,?,?,?,?,?,?)"),
		*lines_gone = prepare("DELETE FROM draft_line WHERE draft = ?1"), *draft_gone = prepare("DELETE FROM draft WHERE id = ?1"),
		*j = prepare("INSERT INTO job (printer, kind, state, reason, tries, copy, of, ref, at, page) VALUES (?,?,?,?,?,?,?,?,?,?)"),
		*o = prepare("INSERT INTO once (key, hash, answer, at) VALUES (?,?,?,?)");
	rows last = keep("SELECT coalesce(max(seq), 0) FROM fact", NULL);
	long long seq = sqlite3_value_int64(last.v[0][0]), *took = calloc(n, sizeof *took), begun, whole = 0;
	char name[40], number[32], body[400], draft[900];
	memset(body, 'x', sizeof body - 1), body[sizeof body - 1] = 0;
	memset(draft, 'x', sizeof draft - 1), draft[sizeof draft - 1] = 0;

	for (int i = 0; i < n; i++) {
		seq++;
		id(name, 1, seq);
		run(begin); /* the basket as it was filled; not timed */
		sqlite3_bind_text(head, 1, name, -1, SQLITE_STATIC), sqlite3_bind_text(head, 2, draft, -1, SQLITE_STATIC), run(head);
		for (int l = 1; l <= 5; l++) {
			sqlite3_bind_text(line, 1, name, -1, SQLITE_STATIC), sqlite3_bind_int(line, 2, l);
			sqlite3_bind_text(line, 3, body, -1, SQLITE_STATIC), run(line);
		}
		run(commit);

		begun = now_us();
		run(begin);
		run(no);
		snprintf(number, sizeof number, "C-%09lld", seq);
		bind_all(f, &fact, 0), sqlite3_bind_int64(f, 1, seq), sqlite3_bind_text(f, 2, name, -1, SQLITE_STATIC), run(f);
		for (int k = 0; k < postings.n; k++) bind_all(p, &postings, k), sqlite3_bind_int64(p, 1, seq), run(p);
		for (int k = 0; k < totals.n; k++) {
			bind_all(t, &totals, k);
			if (!strcmp((const char *)sqlite3_value_text(totals.v[k][0]), "stock")) sqlite3_bind_value(t, 2, goods.v[(i * 7 + k) % goods.n][0]);
			run(t);
		}
		bind_all(s, &sale, 0), sqlite3_bind_int64(s, 1, seq), sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
		sqlite3_bind_text(s, 3, number, -1, SQLITE_STATIC), run(s);
		sqlite3_bind_text(lines_gone, 1, name, -1, SQLITE_STATIC), run(lines_gone);
		sqlite3_bind_text(draft_gone, 1, name, -1, SQLITE_STATIC), run(draft_gone);
		for (int k = 0; k < jobs.n; k++) bind_all(j, &jobs, k), sqlite3_bind_text(j, 8, name, -1, SQLITE_STATIC), run(j);
		for (int k = 0; k < once.n; k++) bind_all(o, &once, k), sqlite3_bind_text(o, 1, name, -1, SQLITE_STATIC), run(o);
		run(commit);
		took[i] = now_us() - begun;
		whole += took[i];
	}
	qsort(took, n, sizeof *took, by_size);
	printf("{\"sqlite\":\"%s\",\"sales\":%d,\"rows\":%d,\"p50_us\":%lld,\"p99_us\":%lld,\"per_second\":%lld}\n", sqlite3_libversion(), n,
		2 + postings.n + totals.n + 1 + 6 + jobs.n + once.n, took[n / 2], took[n * 99 / 100], whole ? n * 1000000LL / whole : 0);
	return sqlite3_close_v2(db) != SQLITE_OK;
}
