using System.Text;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Tests.Sql;

public sealed class StatementTests
{
    [Theory]
    [InlineData("SELECT 1", nameof(StatementKind.Rows), null)]
    [InlineData("select 1 format JSON", nameof(StatementKind.Rows), "JSON")]
    [InlineData("/* INSERT */ -- x\n SELECT 1", nameof(StatementKind.Rows), null)]
    [InlineData("SELECT format, a.format FROM format WHERE format = 1 ORDER BY format", nameof(StatementKind.Rows), null)]
    [InlineData("SELECT (SELECT 1 FORMAT x)", nameof(StatementKind.Rows), null)]
    [InlineData("SELECT $tag$ ; FORMAT x $tag$", nameof(StatementKind.Rows), null)]
    [InlineData("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", nameof(StatementKind.Other), null)]
    [InlineData("CREATE TABLE t (a Int8) ENGINE = Memory", nameof(StatementKind.Other), null)]
    [InlineData("INSERT INTO t SELECT 1", nameof(StatementKind.Other), null)]
    [InlineData("INSERT INTO t (a, b) SETTINGS x = 1 FORMAT CSV\n1,2", nameof(StatementKind.InsertData), "CSV")]
    [InlineData("INSERT INTO values VALUES (1)", nameof(StatementKind.InsertData), "Values")]
    [InlineData("INSERT INTO db.format FORMAT TSV\n1", nameof(StatementKind.InsertData), "TSV")]
    [InlineData("INSERT INTO FUNCTION file('x') VALUES (1)", nameof(StatementKind.InsertData), "Values")]
    [InlineData("INSERT INTO `t``; FORMAT x` (`a``b`) FORMAT TSV\n1", nameof(StatementKind.InsertData), "TSV")]
    [InlineData("INSERT INTO {t:Identifier} FORMAT TSV\n1", nameof(StatementKind.InsertData), "TSV")]
    [InlineData("", nameof(StatementKind.Empty), null)]
    [InlineData(" -- only this", nameof(StatementKind.Empty), null)]
    public void Kinds_and_formats_are_found(string sql, string kind, string? format)
    {
        var statement = Statement.Read(Encoding.UTF8.GetBytes(sql), complete: true)!;

        Assert.Equal((kind, format), (statement.Kind.ToString(), statement.Format));
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", 10)]
    [InlineData("SELECT ';'; DROP TABLE x", 12)]
    [InlineData("SELECT 1;;", -1)]
    [InlineData("SELECT 1; -- the end", -1)]
    [InlineData("SELECT 1; /* */ x", 16)]
    public void A_second_statement_is_found(string sql, int second) =>
        Assert.Equal(second, Statement.Read(Encoding.UTF8.GetBytes(sql), complete: true)!.SecondStatement);

    [Fact]
    public void The_rows_begin_at_the_same_byte_wherever_the_text_was_cut()
    {
        const string Header = "INSERT INTO `db`.t (`a`, `b;`) SETTINGS x = 'FORMAT' FORMAT RowBinary\r\n";
        byte[] body = [.. Encoding.UTF8.GetBytes(Header), 10, 13, 10, 32, 39, 0, 255];

        for (var length = 0; length <= body.Length; length++)
        {
            var statement = Statement.Read(body.AsSpan(0, length), complete: length == body.Length);
            if (statement is not null)
            {
                Assert.Equal((StatementKind.InsertData, Header.Length), (statement.Kind, statement.DataStart));
            }
        }
    }
}
