namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>The status ClickHouse answers an error with.</summary>
internal static class HttpStatus
{
    public static int Of(string errorName) => errorName switch
    {
        "REQUIRED_PASSWORD" => StatusCodes.Status401Unauthorized,
        "UNKNOWN_USER" or "WRONG_PASSWORD" or "AUTHENTICATION_FAILED" or "SET_NON_GRANTED_ROLE" or "ACCESS_DENIED"
            => StatusCodes.Status403Forbidden,
        "BAD_ARGUMENTS" or "CANNOT_COMPILE_REGEXP" or "CANNOT_PARSE_TEXT" or "CANNOT_PARSE_ESCAPE_SEQUENCE" or "CANNOT_PARSE_QUOTED_STRING"
            or "CANNOT_PARSE_DATE" or "CANNOT_PARSE_DATETIME" or "CANNOT_PARSE_NUMBER" or "CANNOT_PARSE_DOMAIN_VALUE_FROM_STRING"
            or "CANNOT_PARSE_IPV4" or "CANNOT_PARSE_IPV6" or "CANNOT_PARSE_UUID" or "CANNOT_PARSE_INPUT_ASSERTION_FAILED"
            or "DUPLICATE_COLUMN" or "ILLEGAL_COLUMN" or "THERE_IS_NO_COLUMN" or "UNKNOWN_ELEMENT_IN_AST" or "UNKNOWN_TYPE_OF_AST_NODE"
            or "TOO_DEEP_AST" or "TOO_BIG_AST" or "UNEXPECTED_AST_STRUCTURE" or "SYNTAX_ERROR" or "INCORRECT_DATA" or "TYPE_MISMATCH"
            or "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE"
            => StatusCodes.Status400BadRequest,
        "UNKNOWN_TABLE" or "UNKNOWN_FUNCTION" or "UNKNOWN_IDENTIFIER" or "UNKNOWN_TYPE" or "UNKNOWN_STORAGE" or "UNKNOWN_DATABASE"
            or "UNKNOWN_SETTING" or "UNKNOWN_DIRECTION_OF_SORTING" or "UNKNOWN_AGGREGATE_FUNCTION" or "UNKNOWN_FORMAT"
            or "UNKNOWN_DATABASE_ENGINE" or "UNKNOWN_TYPE_OF_QUERY" or "UNKNOWN_ROLE"
            => StatusCodes.Status404NotFound,
        "TIMEOUT_EXCEEDED" => StatusCodes.Status408RequestTimeout,
        "HTTP_LENGTH_REQUIRED" => StatusCodes.Status411LengthRequired,
        "QUERY_IS_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "UNSUPPORTED_MEDIA_TYPE" => StatusCodes.Status415UnsupportedMediaType,
        "NOT_IMPLEMENTED" => StatusCodes.Status501NotImplemented,
        "SOCKET_TIMEOUT" or "CANNOT_OPEN_FILE" or "CANNOT_SCHEDULE_TASK" or "TOO_MANY_SIMULTANEOUS_QUERIES"
            => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
